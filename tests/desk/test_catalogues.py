"""Every room's catalogue has every word of its room, compiled; one word is never told in two ways, since one would win."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

DESK = ROOT / "src" / "linli" / "desk"
# Room → where its words stand.
ROOMS = {
    str(file.parents[3].relative_to(DESK)): [file.parents[3]]
    for file in sorted(DESK.glob("**/locale/zh_Hans/LC_MESSAGES/django.po"))
}
# The words of the pages every room builds on were gathered before the rooms were: held by test_words.
del ROOMS["pages"]
for _room, _folders in ROOMS.items():
    if _room.startswith("pages/"):
        _folders.append(DESK / "pages" / "templates" / _room)


def catalogue(room: str) -> Path:
    return DESK / room / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def pairs(path: Path) -> dict[str, str]:
    joined = re.sub(r'"\n"', "", path.read_text(encoding="utf-8"))
    found = re.findall(
        r'^msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.*)"$', joined, re.MULTILINE
    )
    return dict(found)


@pytest.mark.parametrize("room", ROOMS)
def test_catalogue_has_every_word_of_its_room(room: str, tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("no xgettext (gettext)")
    for number, folder in enumerate(ROOMS[room]):
        ignore = shutil.ignore_patterns("static", "locale", "migrations", "__pycache__")
        shutil.copytree(folder, tmp_path / str(number), ignore=ignore)
    (tmp_path / "locale").mkdir()
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location", "--no-obsolete"],
        cwd=tmp_path, check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": ""}, capture_output=True,
    )  # fmt: skip
    needed = set(pairs(tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    told = {word for word, text in pairs(catalogue(room)).items() if text}
    assert needed - told == set()


@pytest.mark.parametrize("room", ROOMS)
def test_compiled_catalogue_is_current(room: str, tmp_path: Path) -> None:
    if shutil.which("msgfmt") is None:
        pytest.skip("no msgfmt (gettext)")
    subprocess.run(["msgfmt", "-o", tmp_path / "django.mo", catalogue(room)], check=True)
    assert (tmp_path / "django.mo").read_bytes() == catalogue(room).with_suffix(".mo").read_bytes()


def test_no_word_is_told_in_two_ways() -> None:
    told: dict[str, dict[str, str]] = {}
    for room in [*ROOMS, "pages"]:
        for word, text in pairs(catalogue(room)).items():
            told.setdefault(word, {})[room] = text
    assert {word: texts for word, texts in told.items() if len(set(texts.values())) > 1} == {}
