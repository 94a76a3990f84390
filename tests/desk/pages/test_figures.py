from __future__ import annotations

import re

import numpy as np
import pytest
from django.utils import translation

from linli.desk.pages import figures, words
from linli.desk.places import walks
from tests.conftest import ROOT

STATIC = ROOT / "src" / "linli" / "desk" / "pages" / "static" / "pages"
SECONDS = np.array([0, 300, 301, 900, 901, 1800, 65534, 65535, 65533], np.uint16)
RESIDENTS = np.array([1, 2, 4, 8, 16, 32, 64, 128, 256], np.float64)


def test_classes_of_bounds_belong_to_the_nearer_class() -> None:
    assert figures.classes_of(SECONDS).tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 7]


def test_residents_per_class_counts_everybody_once() -> None:
    assert figures.residents_per_class(SECONDS, RESIDENTS).tolist() == [3, 4, 8, 16, 32, 64, 128, 256]


def test_residents_per_class_without_homes() -> None:
    assert figures.residents_per_class(SECONDS[:0], RESIDENTS[:0]).tolist() == [0] * 8


def test_steps_are_those_of_the_map() -> None:
    written = re.search(r"STEPS_S = \[([\d, ]+)\]", (STATIC / "scale.js").read_text())
    assert written
    assert [int(step) for step in written[1].split(",")] == [60 * step for step in words.STEPS_MIN]


def test_median_seconds_weighs_residents_and_leaves_the_unknown_out() -> None:
    assert figures.median_seconds(SECONDS, RESIDENTS) == walks.FAR
    assert figures.median_seconds(SECONDS[:6], RESIDENTS[:6]) == 1800
    assert figures.median_seconds(np.array([60, 120, 65535], np.uint16), np.array([3.0, 1, 9])) == 60


def test_median_seconds_where_nothing_is_known() -> None:
    assert figures.median_seconds(SECONDS[7:], RESIDENTS[7:]) is None


@pytest.mark.parametrize(
    ("share", "written"),
    [(0, "0%"), (0.0001, "1%"), (0.5, "50%"), (0.999, "99%"), (1, "100%")],
)
def test_percent_never_rounds_somebody_away(share: float, written: str) -> None:
    assert figures.percent(share) == written


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "1 分钟", "1 minute"),
        (60, "1 分钟", "1 minute"),
        (61, "2 分钟", "2 minutes"),
        (65534, "超 30 分钟", "over 30 min"),
        (65535, "不清楚", "not known"),
        (65533, "缺轮椅数据", "no wheelchair data"),
    ],
)
def test_walk_words_round_up(seconds: int, zh: str, en: str) -> None:
    for language, written in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert figures.walk_words(seconds) == written


def test_answer_speaks_of_those_whose_walk_is_known() -> None:
    kind = {"name": "食堂", "surveyed": True}
    with translation.override("zh-hans"):
        found = figures.answer(SECONDS[:8], RESIDENTS[:8] + 1, kind=kind, who="老年人")
    assert found["percent"] == "14%"
    assert found["sentence"] == "的居民 15 分钟内能走到食堂（老年人）：134 人中的 19 人。"
    assert found["rest"] == "另有 129 位居民说不清。"


def test_answer_of_mostly_unknown_walks_leads_with_that() -> None:
    kind = {"name": "canteen", "surveyed": True}
    with translation.override("en"):
        found = figures.answer(SECONDS, RESIDENTS, kind=kind, who="Adult")
    assert found == {
        "percent": None,
        "sentence": "For 384 of 511 residents it cannot be told (Adult). Of the other 127, 15 get to “canteen” within 15 minutes.",
        "rest": "",
    }
    assert figures.within(SECONDS, RESIDENTS) is None


def test_answer_of_a_kind_never_surveyed_gives_no_number() -> None:
    kind = {"name": "Canteen", "surveyed": False}
    with translation.override("en"):
        found = figures.answer(np.full(3, 65535, np.uint16), np.ones(3), kind=kind, who="Adult")
    assert found == {
        "percent": None,
        "sentence": "“Canteen” was never surveyed here, so nobody can say how far it is.",
        "rest": "",
    }


def test_legend_shows_the_wheelchair_class_only_where_it_occurs() -> None:
    with translation.override("en"):
        assert [row["number"] for row in figures.legend(SECONDS[:8], RESIDENTS[:8])] == list(range(7))
        assert figures.legend(SECONDS, RESIDENTS)[-1]["name"] == "no wheelchair data"


def test_within_says_shares_of_the_known_and_the_median() -> None:
    with translation.override("en"):
        found = figures.within(SECONDS[:6], np.ones(6))
    assert found == {"within": ["33%", "50%", "67%"], "width": "66.7", "median": "6 minutes"}
