"""The short table `linli measure` prints for a person at a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from linli.engine.circle.standards import EVIDENCE_NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = {"unverified": "*", "derived": "†", "seen": "‡", "site": "", "official": ""}
_WORDS = {
    "zh": {
        "homes": "{homes} 处住房，{residents} 位居民", "island": "；{count} 处在孤立路网上或不临路，情况未知",
        "rule": "要求", "covered": "达标", "left_out": "未达标居民", "unknown": "未知居民", "none": "—",
        "within_m": "≤ {value:g} 米", "within_min": "≤ {value:g} 分钟（{profile}）",
        "score": "{name}（{profile}）：人均 {mean} / {most}", "score_m": "{name}：人均 {mean} / {most}",
        "lost": "路上损失：每年{least} {hours} 人时（{profile}；{note}）", "least": "至少", "about": "约",
        "unmeasured": "另有 {count} 条未作判定（无距离、无此类设施或未普查），见 summary.json",
    },
    "en": {
        "homes": "{homes} homes, {residents} residents", "island": "; {count} homes unknown, on an island of streets or on none",
        "rule": "asked", "covered": "covered", "left_out": "left out", "unknown": "unknown", "none": "–",
        "within_m": "≤ {value:g} m", "within_min": "≤ {value:g} min ({profile})",
        "score": "{name} ({profile}): {mean} of {most} on average", "score_m": "{name}: {mean} of {most} on average",
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
        rows, silent = _rows(standard, lang, words, profiles, used)
        yield ""
        yield from _aligned([(standard[lang], words["covered"], words["left_out"], words["unknown"]), *rows])
        if silent:
            yield "  " + words["unmeasured"].format(count=silent)
        for score in standard["scores"]:
            if score["mean"] is not None:
                template = words["score" if score["profile"] else "score_m"]
                profile = profiles.get(score["profile"], "")
                yield "  " + template.format(
                    name=score[lang], profile=profile, mean=score["mean"], most=score["most"]
                )
    for lost in summary["lost"]["standards"]:
        if lost["kinds"]:
            yield ""
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
    standard: dict[str, Any], lang: str, words: dict[str, str], profiles: dict[str, str], used: set[str]
) -> tuple[list[tuple[str, str, str, str]], int]:
    """Rows of the rules with a verdict, and how many have none."""
    rows, silent = [], 0
    for rule in standard["rules"]:
        if all(result["no_verdict"] for result in rule["results"]):
            silent += 1
            continue
        used.add(rule["verdict_evidence"])
        threshold = rule["threshold"]
        for result in rule["results"]:
            within = words["within_m" if threshold["unit"] == "m" else "within_min"].format(
                value=threshold["value"], profile=profiles.get(result["profile"], "")
            )
            counted = result["residents"] or {"share": None, "left_out": None, "unknown": None}
            share = words["none"] if counted["share"] is None else f"{counted['share']:.0%}"
            name = f"  {rule[lang]} {within}{_MARKS[rule['verdict_evidence']]}"
            rows.append((name, share, _count(counted["left_out"], words), _count(counted["unknown"], words)))
    return rows, silent


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
