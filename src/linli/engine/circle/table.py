"""The short table `linli measure` prints for a person at a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from linli.engine.circle.standards import EVIDENCE_NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator

_BETWEEN = " / "
_MARKS = {"unverified": "*", "derived": "†", "seen": "‡", "site": "", "official": ""}
_WORDS = {
    "zh": {
        "homes": "{homes} 处住房，{residents} 位居民", "island": "；{count} 处在孤立路网上或不临路，情况未知",
        "rule": "要求", "covered": "达标", "left_out": "未达标居民", "unknown": "未知居民", "none": "—",
        "within_m": "≤ {value:g} 米", "within_min": "≤ {value:g} 分钟",
        "score": "{name}：人均 {mean}，满分 {most}",
        "lost": "路上损失：每年{least} {hours} 人时（{profile}；{note}）", "least": "至少", "about": "约",
        "unmeasured": "另有 {count} 条未作判定（无距离、无此类设施或未普查），见 summary.json",
    },
    "en": {
        "homes": "{homes} homes, {residents} residents", "island": "; {count} homes unknown, on an island of streets or on none",
        "rule": "asked", "covered": "covered", "left_out": "left out", "unknown": "unknown", "none": "–",
        "within_m": "≤ {value:g} m", "within_min": "≤ {value:g} min",
        "score": "{name}: {mean} of {most} on average",
        "lost": "Lost on the way: {least} {hours} person-hours a year ({profile}; {note})", "least": "at least", "about": "about",
        "unmeasured": "{count} more without a verdict (no distance, no such kind, never surveyed): see summary.json",
    },
}  # fmt: skip


def render_table(summary: dict[str, Any], *, lang: str) -> str:
    """Lay out a summary (see `summary.summarise`) in 简体中文 (`zh`) or English (`en`)."""
    return "\n".join(_lines(summary, lang, _WORDS[lang]))


def _lines(summary: dict[str, Any], lang: str, words: dict[str, str]) -> Iterator[str]:
    homes = summary["homes"]
    unknown = homes["on_island"] + homes["no_street"]
    first = words["homes"].format(homes=f"{homes['count']:,}", residents=_count(homes["residents"], words))
    yield first + (words["island"].format(count=f"{unknown:,}") if unknown else "")
    profiles = {one["key"]: one[lang] for one in summary["profiles"]}
    used: set[str] = set()
    for standard in summary["standards"]:
        rows, silent = _rows(standard, lang, words, used)
        yield ""
        yield from _aligned([(standard[lang], words["covered"], words["left_out"], words["unknown"]), *rows])
        if silent:
            yield "  " + words["unmeasured"].format(count=silent)
        yield from _scores(standard, lang, words)
        if len(profiles) > 1 and any(len(rule["results"]) > 1 for rule in standard["rules"]):
            yield f"  ({_BETWEEN.join(profiles.values())})"
    counted = [lost for lost in summary["lost"]["standards"] if lost["kinds"]]
    if counted:
        yield ""
    for lost in counted:
        yield words["lost"].format(
            least=words["least" if lost["at_least"] else "about"],
            hours=f"{lost['hours_a_year']:,.0f}",
            profile=f"{profiles[summary['lost']['profile']]}, {lost['standard']}",
            note=summary["lost"]["assumption"][lang].rstrip("。."),
        )
    yield ""
    for evidence, mark in _MARKS.items():
        if mark and evidence in used:
            yield f"{mark} {EVIDENCE_NOTES[evidence][0 if lang == 'zh' else 1]}"
    yield str(summary["place"].get("attribution", ""))


def _rows(
    standard: dict[str, Any], lang: str, words: dict[str, str], used: set[str]
) -> tuple[list[tuple[str, str, str, str]], int]:
    """Rows of the rules with a verdict, one figure a profile where it is in minutes, and how many rules have none."""
    rows, silent = [], 0
    for rule in standard["rules"]:
        counted = [result["residents"] for result in rule["results"] if result["residents"]]
        if not counted:
            silent += 1
            continue
        used.add(rule["verdict_evidence"])
        threshold = rule["threshold"]
        within = words[f"within_{threshold['unit']}"].format(value=threshold["value"])
        shares = [words["none"] if one["share"] is None else f"{one['share']:.0%}" for one in counted]
        left_out, unknown = ([f"{one[key]:,.0f}" for one in counted] for key in ("left_out", "unknown"))
        name = f"  {rule[lang]} {within}{_MARKS[rule['verdict_evidence']]}"
        rows.append((name, _BETWEEN.join(shares), _BETWEEN.join(left_out), _BETWEEN.join(unknown)))
    return rows, silent


def _scores(standard: dict[str, Any], lang: str, words: dict[str, str]) -> Iterator[str]:
    names = dict.fromkeys(score["key"] for score in standard["scores"])
    for key in names:
        scores = [score for score in standard["scores"] if score["key"] == key and score["mean"] is not None]
        if scores:
            means = _BETWEEN.join(f"{score['mean']:.1f}" for score in scores)
            yield "  " + words["score"].format(name=scores[0][lang], mean=means, most=scores[0]["most"])


def _count(people: float | None, words: dict[str, str]) -> str:
    return words["none"] if people is None else f"{people:,.0f}"


def _aligned(rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [row[0] + " " * (widths[0] - _width(row[0]))]
        cells += [" " * (widths[column] - _width(row[column])) + row[column] for column in (1, 2, 3)]
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
