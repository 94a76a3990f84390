"""`summary.json`: a measurement in numbers a person or a program can read. The keys are documented in docs/planners.md.

Keys are stable: one is added freely, renamed or removed only with a new `version`. Residents, metres and seconds are
numbers, shares lie between 0 and 1, null means not known (or, where the key says so, beyond the cut-off).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from linli import __version__
from linli.engine.circle import assess
from linli.engine.circle.judge import NO_VERDICT_NOTES
from linli.engine.circle.lost import load_visits
from linli.engine.circle.standards import EVIDENCE_NOTES, OBLIGATION_NOTES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.circle.judge import RuleResult, ScoreResult
    from linli.engine.circle.measure import Measurement
    from linli.engine.circle.standards import Rule, Size, Standard, Value

FORMAT, VERSION = "linli-summary", 1
_BANDS_MIN = (5, 10, 15)


def summarise(measurement: Measurement) -> dict[str, Any]:
    """Everything of `summary.json`, ready for JSON."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "linli": __version__,
        "place": _place(measurement),
        "homes": _homes(measurement),
        "cutoff_s": measurement.cutoff_s,
        "cutoff_m": measurement.cutoff_m,
        "profiles": [
            {
                "key": one.key,
                "zh": one.name_zh,
                "en": one.name_en,
                "speed_m_s": one.speed_m_s,
                "wheelchair": one.wheelchair,
            }
            for one in measurement.profiles
        ],
        "kinds": [_kind(measurement, index) for index in range(len(measurement.kinds))],
        "standards": [_standard(measurement, standard) for standard in measurement.standards],
        "lost": _lost(measurement),
        "wheelchair_unknown_length_share": _number(measurement.wheelchair_unknown_share, 4),
        "evidence_notes": {key: {"zh": zh, "en": en} for key, (zh, en) in EVIDENCE_NOTES.items()},
        "obligation_notes": {key: {"zh": zh, "en": en} for key, (zh, en) in OBLIGATION_NOTES.items()},
        "no_verdict_notes": {key: {"zh": zh, "en": en} for key, (zh, en) in NO_VERDICT_NOTES.items()},
    }


def _number(value: float | None, digits: int = 1) -> float | None:
    """Round for people; None for what JSON cannot say."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


def _place(measurement: Measurement) -> dict[str, Any]:
    place = measurement.place
    west, south, east, north = place.boundary.bounds
    return {**place.meta, "bounds": [_number(value, 6) for value in (west, south, east, north)]}


def _homes(measurement: Measurement) -> dict[str, Any]:
    homes = measurement.place.homes
    status = np.asarray(homes.status)
    groups = {"65+": homes.residents_65, "0-6": homes.residents_0_6, "disabled": homes.residents_disabled}
    return {
        "count": int(status.size),
        "measured": int((status == homes.MEASURED).sum()),
        "on_island": int((status == homes.ISLAND).sum()),
        "no_street": int((status == homes.NO_STREET).sum()),
        "residents": _number(float(np.nansum(homes.residents))),
        "residents_by_group": {
            name: None if np.isnan(people).all() else _number(float(np.nansum(people)))
            for name, people in groups.items()
        },
    }


def _kind(measurement: Measurement, index: int) -> dict[str, Any]:
    kind, facilities = measurement.kinds[index], measurement.place.facilities
    residents = measurement.place.homes.residents
    return {
        "key": kind.key, "zh": kind.zh, "en": kind.en, "group": kind.group,
        "surveyed": bool(facilities.surveyed[index]),
        "facilities": int(np.unique(facilities.kind_facility[facilities.kind == index]).size),
        "walk": {key: _bands(walk_s[:, index], residents) for key, walk_s in measurement.walk_s.items()},
    }  # fmt: skip


def _bands(walk_s: NDArray[np.float32], residents: NDArray[np.float64]) -> dict[str, Any]:
    """Residents within 5, 10 and 15 minutes and unknown, as shares of all."""
    people = np.nan_to_num(residents)
    total = float(people.sum())
    if total <= 0:
        return {**{f"within_{band}_min": None for band in _BANDS_MIN}, "unknown": None}
    shares = {
        f"within_{band}_min": _number(float(people[walk_s <= band * 60].sum()) / total, 4)
        for band in _BANDS_MIN
    }
    return {**shares, "unknown": _number(float(people[np.isnan(walk_s)].sum()) / total, 4)}


def _standard(measurement: Measurement, standard: Standard) -> dict[str, Any]:
    return {
        "key": standard.key, "zh": standard.zh, "en": standard.en, "edition": standard.edition,
        "jurisdiction": standard.jurisdiction,
        "effective_from": standard.effective_from.isoformat(),
        "effective_to": standard.effective_to.isoformat() if standard.effective_to else None,
        "dates_evidence": standard.dates_evidence, "dates_source": standard.dates_source,
        "note_zh": standard.note_zh, "note_en": standard.note_en, "sources": dict(standard.sources),
        "rules": [
            _rule(rule, [one for one in measurement.results if one.standard is standard and one.rule is rule])
            for rule in standard.rules
        ],
        "scores": [_score(one, measurement) for one in measurement.scores if one.standard is standard],
    }  # fmt: skip


def _rule(rule: Rule, results: list[RuleResult]) -> dict[str, Any]:
    evidence_zh, evidence_en = EVIDENCE_NOTES[rule.verdict_evidence]
    unit = "m" if rule.max_m else "min" if rule.max_min else None
    return {
        "key": rule.key, "zh": rule.zh, "en": rule.en, "kinds": list(rule.kinds), "extra_kinds": list(rule.extra_kinds), "tier": rule.tier,
        "obligation": rule.obligation, "evidence": rule.evidence, "source": rule.source, "note": rule.note,
        "threshold": {**_value(rule.threshold), "unit": unit} if rule.threshold else None,
        "min_area_ha": _value(rule.min_area_ha) if rule.min_area_ha else None,
        "floor_m2": _size(rule.floor_m2), "site_m2": _size(rule.site_m2),
        "verdict_evidence": rule.verdict_evidence,
        "verdict_note": {"zh": evidence_zh, "en": evidence_en},
        "results": [_result(result) for result in results],
    }  # fmt: skip


def _value(value: Value | None) -> dict[str, Any]:
    return {} if value is None else {
        "value": value.value, "evidence": value.evidence, "source": value.source, "note": value.note,
    }  # fmt: skip


def _size(size: Size | None) -> dict[str, Any] | None:
    return None if size is None else {
        "min": size.min_m2, "max": size.max_m2, "evidence": size.evidence, "source": size.source, "note": size.note,
    }  # fmt: skip


def _result(result: RuleResult) -> dict[str, Any]:
    return {
        "profile": result.profile.key if result.profile else None,
        "unit": result.unit,
        "no_verdict": result.no_verdict or None,
        "residents": _coverage(result.everyone),
        "groups": {name: _coverage(counted) for name, counted in result.groups.items()},
        "homes_covered": int((result.verdict == assess.COVERED).sum()),
        "homes_left_out": int(result.left_out.size),
        "homes_unknown": int((result.verdict == assess.UNKNOWN).sum()),
        "median_walk": _number(result.median),
        "median_beyond_cutoff": bool(result.median is not None and math.isinf(result.median)),
        "left_out_beyond_cutoff": int(np.isinf(result.over).sum()),
        "most_over": _number(float(result.over[np.isfinite(result.over)].max(initial=0))),
    }


def _coverage(counted: assess.Coverage | None) -> dict[str, Any] | None:
    return None if counted is None else {
        "total": _number(counted.total), "covered": _number(counted.covered), "left_out": _number(counted.left_out),
        "unknown": _number(counted.unknown), "share": _number(counted.share, 4),
        "unknown_share": _number(counted.unknown_share, 4),
    }  # fmt: skip


def _score(result: ScoreResult, measurement: Measurement) -> dict[str, Any]:
    people = np.nan_to_num(measurement.place.homes.residents)
    return {
        "key": result.score.key, "zh": result.score.zh, "en": result.score.en, "rules": list(result.score.rules),
        "evidence": result.score.evidence, "source": result.score.source,
        "profile": result.profile.key if result.profile else None, "most": result.most,
        "mean": _number(result.mean_low, 3), "mean_if_unknown_are_met": _number(result.mean_high, 3),
        "residents_by_score": {
            str(met): _number(float(people[result.low == met].sum())) for met in range(result.most + 1)
        },
    }  # fmt: skip


def _lost(measurement: Measurement) -> dict[str, Any]:
    visits = load_visits()
    standards = []
    for standard in measurement.standards:
        lost = [one for one in measurement.lost if one.standard == standard.key]
        standards.append({
            "standard": standard.key,
            "hours_a_year": _number(sum(one.time.hours for one in lost)),
            "at_least": any(one.time.residents_beyond_cutoff > 0 for one in lost),
            "kinds": [
                {
                    "kind": one.kind, "rule": one.rule, "visits_a_week": one.visits_per_week,
                    "hours_a_year": _number(one.time.hours),
                    "residents_beyond_cutoff": _number(one.time.residents_beyond_cutoff),
                    "residents_unknown": _number(one.time.residents_unknown),
                }
                for one in lost
            ],
        })  # fmt: skip
    return {
        "profile": measurement.profiles[0].key,
        "evidence": visits.evidence,
        "assumption": {"zh": visits.note_zh, "en": visits.note_en},
        "standards": standards,
    }
