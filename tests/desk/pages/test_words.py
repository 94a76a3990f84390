from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from linli.desk.pages import words
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = ROOT / "src" / "linli" / "desk" / "pages"
CATALOGUE = PAGES / "locale" / "zh_Hans" / "LC_MESSAGES"


def said_by_scripts() -> set[str]:
    said = set()
    for script in (PAGES / "static" / "pages").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        said |= set(re.findall(r'\bsay\("(\w+)"', text))
        said |= {
            f"{key}_{form}" for key in re.findall(r'\bcount\("(\w+)"', text) for form in ("one", "other")
        }
    return said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_script_words_has_every_word_the_scripts_say(language: str) -> None:
    with translation.override(language):
        catalogue = json.loads(words.script_words())
    assert len(said_by_scripts()) > 30
    assert said_by_scripts() - set(catalogue) == set()


def test_script_words_are_chinese_in_chinese() -> None:
    with translation.override("zh-hans"):
        catalogue = json.loads(words.script_words())
    assert [
        key for key, text in catalogue.items() if re.search("[A-Za-z]", re.sub(r"\{\w+\}", "", text))
    ] == []


def test_script_words_name_the_same_values_in_both_languages() -> None:
    found = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found[language] = {
                key: set(re.findall(r"\{(\w+)\}", text))
                for key, text in json.loads(words.script_words()).items()
            }
    assert found["zh-hans"] == found["en"]


def test_catalogue_is_whole() -> None:
    text = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    assert "fuzzy" not in text
    assert re.findall(r'msgid "(.+)"\nmsgstr ""\n(?!")', text) == []


def test_compiled_catalogue_is_current(tmp_path: Path) -> None:
    if shutil.which("msgfmt") is None:
        pytest.skip("no msgfmt (gettext)")
    subprocess.run(["msgfmt", "-o", tmp_path / "django.mo", CATALOGUE / "django.po"], check=True)
    assert (tmp_path / "django.mo").read_bytes() == (CATALOGUE / "django.mo").read_bytes()


def test_catalogue_has_every_word_of_the_pages(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("no xgettext (gettext)")
    copy = tmp_path / "pages"
    # The parts have catalogues of their own.
    parts = [folder.parent.name for folder in PAGES.glob("*/locale")]
    shutil.copytree(PAGES, copy, ignore=shutil.ignore_patterns("static", "__pycache__", *parts))
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location", "--no-obsolete"],
        cwd=copy, check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": ""}, capture_output=True,
    )  # fmt: skip

    def texts(folder: Path) -> set[str]:
        joined = (folder / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
        joined = re.sub(r'"\n"', "", joined)
        return set(re.findall(r'^msgid "(.+)"$', joined, re.MULTILINE))

    assert texts(copy) == texts(PAGES)
