"""The project's own promises: what may stand in a commit and what every newcomer needs."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import ROOT

TEXT = re.compile(r"\.(py|c|md|toml|txt|in|html|css|js|json|po|yml|yaml|cfg|sh)$|^(script|\.ci)/")
REGISTRY = re.compile(
    r"(--(extra-)?index-url|--find-links|\"resolved\":\s*\"http|https?://[^\s\"')]*(/simple/|/packages/[0-9a-f]{2}/|registry\.))"
)


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_files_name_no_package_registry() -> None:
    named = [
        name
        for name in tracked_files()
        if TEXT.search(name) and "/vendor/" not in name and name != "tests/project/test_repository.py"
        and REGISTRY.search((ROOT / name).read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert named == []


def test_requirements_are_pinned_with_hashes() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", path.read_text()))
        unpinned = [
            e.split()[0] for e in entries if e.strip() and ("==" not in e or "--hash=sha256:" not in e)
        ]
        assert unpinned == [], path.name


@pytest.mark.parametrize("name", ["script/up", "script/test", "script/lint", "script/bench", ".ci/run"])
def test_script_has_its_run_bit(name: str) -> None:
    assert (ROOT / name).stat().st_mode & 0o111
