from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linli.engine.circle.measure import measure_place
from linli.engine.circle.run import choose_profiles
from linli.engine.circle.standards import load_standards
from linli.engine.circle.summary import summarise
from linli.engine.circle.table import render_table
from linli.engine.streets.kinds import load_kinds

if TYPE_CHECKING:
    from typing import Any

    from linli.engine.streets.place import Place


@pytest.fixture(scope="module")
def summary(village_place: Place) -> dict[str, Any]:
    standards = load_standards(["gb50180_2018", "quarter_hour_2021", "ghsci"], kinds=load_kinds())
    return summarise(
        measure_place(village_place, standards=standards, profiles=choose_profiles(["adult", "senior"]))
    )


def line(text: str, start: str) -> str:
    [found] = [row for row in text.splitlines() if row.strip().startswith(start)]
    return " ".join(found.split())


def test_table_in_chinese(summary: dict[str, Any]) -> None:
    text = render_table(summary, lang="zh")
    assert text.startswith("5 处住房，100 位居民；1 处在孤立路网上或不临路，情况未知")
    assert line(text, "小学") == "小学 ≤ 500 米‡ 30% 46 24"
    assert line(text, "药店 ≤ 8") == "药店 ≤ 8 分钟‡ 40% / 40% 56 / 56 4 / 4"
    assert line(text, "日常生活得分") == "日常生活得分：人均 0.2，满分 3"
    assert "(成年人 / 老年人)" in text
    assert line(text, "*") == "* 参考值，未核对原文"
    assert text.endswith("© OpenStreetMap contributors, ODbL 1.0")


def test_table_in_english(summary: dict[str, Any]) -> None:
    text = render_table(summary, lang="en")
    assert line(text, "Primary school") == "Primary school ≤ 500 m‡ 30% 46 24"
    assert line(text, "*") == "* reference value, not checked against the official text"
    assert "Lost on the way: " in text


def test_table_lines_up_though_chinese_letters_are_wide(summary: dict[str, Any]) -> None:
    rows = [
        row for row in render_table(summary, lang="zh").splitlines() if row.startswith("  ") and "米" in row
    ]
    widths = {sum(2 if ord(letter) > 0x2E7F else 1 for letter in row) for row in rows}
    assert len(widths) == 2  # the tables of two standards in metres
