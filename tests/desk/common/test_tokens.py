from __future__ import annotations

import re

import pytest
from django.test import override_settings

from linli.desk.common import tokens


def test_follow_code_is_of_ten_characters_without_look_alikes() -> None:
    codes = {tokens.follow_code() for _ in range(500)}
    assert len(codes) == 500
    shape = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}")
    assert all(shape.fullmatch(code) for code in codes)
    assert all(tokens.normalise_code(code) == code for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        "7KQ2-M4XN-9P",
        "7kq2m4xn9p",
        " 7KQ2 M4XN 9P ",
        "７ＫＱ２－Ｍ４ＸＮ－９Ｐ",
        "7kq2—m4xn—9p",
        "7.K.Q.2.M4XN9P",
    ],
)
def test_code_is_read_as_people_type_it(typed: str) -> None:
    assert tokens.normalise_code(typed) == "7KQ2-M4XN-9P"


def test_look_alikes_are_read_as_what_they_look_like() -> None:
    assert tokens.normalise_code("oiLu-0000-00") == "011V-0000-00"


@pytest.mark.parametrize(
    "typed", ["", "7KQ2-M4XN-9", "7KQ2-M4XN-9PP", "7KQ2-M4XN-9水", "7KQ2-M4XN-9é", "ⅠⅠⅠⅠⅠⅠⅠⅠⅠⅠ"]
)
def test_what_is_no_code_is_read_as_none(typed: str) -> None:
    assert tokens.normalise_code(typed) == ""


def test_digest_is_one_for_each_purpose_and_key() -> None:
    found = tokens.digest("13800138000", "phone")
    assert re.fullmatch(r"[0-9a-f]{64}", found)
    assert tokens.digest("13800138000", "phone") == found
    assert tokens.digest("13800138000", "code") != found
    assert tokens.digest("13800138001", "phone") != found
    with override_settings(SECRET_KEY="another"):
        assert tokens.digest("13800138000", "phone") != found


def test_same_compares_any_text() -> None:
    assert tokens.same("水", "水")
    assert not tokens.same("水", "火")
    assert len(tokens.api_secret()) == 43
