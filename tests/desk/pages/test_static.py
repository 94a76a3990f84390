from __future__ import annotations

import hashlib
import re

import pytest

from tests.conftest import ROOT

PAGES = ROOT / "src" / "linli" / "desk" / "pages"
VENDOR = PAGES / "static" / "vendor"
SCRIPTS = sorted((PAGES / "static" / "pages").glob("*.js"))
TEMPLATES = sorted((PAGES / "templates").rglob("*.html"))


def vendored() -> dict[str, str]:
    table = (VENDOR / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"\| ([\w.-]+\.(?:mjs|js|css)) \| ([0-9a-f]{64}) \|", table))


def test_vendored_files_are_those_named_in_the_readme() -> None:
    files = {path.name: path for path in VENDOR.rglob("*") if path.suffix in {".js", ".mjs", ".css"}}
    assert set(files) == set(vendored())
    for name, sha256 in vendored().items():
        data = files[name].read_bytes()
        # The line we dropped, as upstream ends its files.
        dropped = f"//# sourceMappingURL={name}.map".encode()
        whole = {data, data + dropped, data + dropped + b"\n", data.rstrip(b"\n") + b"\n" + dropped}
        assert sha256 in {hashlib.sha256(one).hexdigest() for one in whole}, name


def test_vendored_folders_carry_their_licence() -> None:
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert list(folder.glob("LICENSE*")), folder.name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_writes_no_html(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert (
        re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|cssText", text
        )
        == []
    )
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_has_nothing_inline(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert (
        re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|\|safe|autoescape off", text) == []
    )
    assert re.findall(r"https?://", text) == []
