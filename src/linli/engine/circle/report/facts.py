"""The small facts of the page: names, rules with their verdicts, headline figures, how it was made."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from linli import __version__
from linli.engine.circle.judge import NO_VERDICT_NOTES
from linli.engine.circle.lost import load_visits
from linli.engine.circle.standards import EVIDENCE_NOTES, OBLIGATION_NOTES
from linli.engine.streets.kinds import load_groups

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from linli.engine.circle.judge import RuleResult
    from linli.engine.circle.measure import Measurement
    from linli.engine.circle.standards import Standard
    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile

# The circle of the page's headline, by the standard's own name.
CIRCLE_S = 900
# Who the headline compares, where measured: the reader should see how age shrinks the circle.
_WALKERS = ("adult", "senior", "senior_frail")
_MARK = re.compile(r"(?:\[(mem|derived|seen)(?:: ([^\]]*))?\])? *(.*)", re.DOTALL)
_MARKS = {
    "mem": ("凭记忆：", "from memory:"),
    "derived": ("邻里自行设定", "Linli's own choice"),
    "seen": ("见于", "seen in"),
    "": ("", ""),
}
_UNITS_ZH = {"people": "人", "buildings": "栋", "levels": "层", "m": "米"}
_GROUPS = {"65+": "g65", "0-6": "g06", "disabled": "disabled"}


def facts_of(measurement: Measurement, *, command: str, made_at: datetime) -> dict[str, Any]:
    """Everything of the page that is not a column of numbers, JSON-able."""
    facilities = measurement.place.facilities
    counts = np.bincount(facilities.kind, minlength=len(measurement.kinds))
    walkers = walkers_of(measurement.profiles)
    shares = [shares_within(measurement, measurement.profiles[number], CIRCLE_S) for number in walkers]
    fastest = measurement.profiles[walkers[0]].speed_m_s
    return {
        "name": str(measurement.place.meta["name"]),
        "cutoff_min": round(measurement.cutoff_s / 60, 2),
        "cutoff_m": measurement.cutoff_m,
        "start_profile": walkers[0],
        "start_kind": _start_kind(measurement, shares),
        "groups": [{"key": key, **names} for key, names in load_groups().items()],
        "kinds": [
            {
                "key": kind.key, "zh": kind.zh, "en": kind.en, "group": kind.group,
                "surveyed": bool(facilities.surveyed[number]), "facilities": int(counts[number]),
            }
            for number, kind in enumerate(measurement.kinds)
        ],
        "profiles": [
            {
                "key": profile.key, "zh": profile.name_zh, "en": profile.name_en, "speed_m_s": profile.speed_m_s,
                "stairs": profile.stairs, "wheelchair": profile.wheelchair, "radius_m": profile.speed_m_s * CIRCLE_S,
                "area": (profile.speed_m_s / fastest) ** 2,
            }
            for profile in measurement.profiles
        ],
        "standards": [_standard(measurement, standard) for standard in measurement.standards],
        "results": [_result(measurement, result) for result in measurement.results],
        "evidence": {key: _names(pair) for key, pair in EVIDENCE_NOTES.items()},
        "no_verdict": {key: _names(pair) for key, pair in NO_VERDICT_NOTES.items()},
        "obligations": {key: _names(pair) for key, pair in OBLIGATION_NOTES.items()},
        "headline": headline_of(measurement, walkers, shares),
        "wheelchair_unknown": (
            measurement.wheelchair_unknown_share if any(p.wheelchair for p in measurement.profiles) else None
        ),
        **_provenance(measurement.place),
        "made_on": made_at.strftime("%Y-%m-%d %H:%M %Z").strip(),
        "program": f"Linli {__version__}",
        "command": command,
    }  # fmt: skip


def _provenance(place: Place) -> dict[str, Any]:
    """Say what the numbers rest on: assumptions, population, sources."""
    meta = place.meta
    source = meta["source"]
    assumptions = [_assumption(row) for row in meta["assumptions"]]
    visits = load_visits()
    assumptions.append({"zh": visits.note_zh, "en": visits.note_en})
    return {
        "assumptions": assumptions,
        "by_basis": {key: row for key, row in meta["population"]["by_basis"].items() if row["homes"]},
        "unplaced_people": meta["population"]["unplaced_people"],
        # The page itself says the licence of OpenStreetMap's data, in both languages.
        "attributions": [] if "OpenStreetMap" in meta["attribution"] else [meta["attribution"]],
        "islands": max(0, len(place.network.islands) - 1),
        "register": meta["register"],
        "map_file": source.get("file", ""),
        "map_date": source.get("timestamp", ""),
    }


def _assumption(row: dict[str, Any]) -> dict[str, str]:
    """Say one assumed value with its evidence, the marks `[mem]`, `[derived]`, `[seen: KEY]` in words."""
    mark, source, note = _MARK.match(row["evidence"]).groups(default="")  # type: ignore[union-attr]  # matches always
    zh, en = _MARKS[mark]
    told = [" ".join(part for part in (words, source, note) if part).rstrip(":：") for words in (zh, en)]
    return {
        "zh": f"{row['zh']}：{row['value']:g} {_UNITS_ZH.get(row['unit'], row['unit'])}（{told[0]}）",
        "en": f"{row['en']}: {row['value']:g} {row['unit']} ({told[1]})",
    }


def walkers_of(profiles: list[Profile]) -> list[int]:
    """Which profiles the headline compares, fastest first: adult, senior and frail, else the first three."""
    keys = [profile.key for profile in profiles]
    chosen = [keys.index(key) for key in _WALKERS if key in keys] or list(range(min(3, len(profiles))))
    return sorted(chosen, key=lambda number: -profiles[number].speed_m_s)


def shares_within(measurement: Measurement, profile: Profile, limit_s: float) -> NDArray[np.float64]:
    """Share of residents whose walk to each kind is known to be at most `limit_s` [kinds]; nan where none is known.

    As everywhere in this room, the whole is all residents: while some walks are unknown the share is a lower bound.
    """
    walk_s = measurement.walk_s[profile.key]
    residents = np.nan_to_num(measurement.place.homes.residents)
    known = residents @ ~np.isnan(walk_s)
    with np.errstate(invalid="ignore"):
        near = residents @ (walk_s <= limit_s)
    return np.asarray(np.where(known > 0, near / max(float(residents.sum()), 1e-9), np.nan))


def _start_kind(measurement: Measurement, shares: list[NDArray[np.float64]]) -> int:
    """Choose the kind the map opens on: where slow walking costs residents most visits within the circle."""
    fast, slow = np.nan_to_num(shares[0], nan=-1.0), np.nan_to_num(shares[-1], nan=-1.0)
    often = np.array([load_visits().per_week.get(kind.key, 0.0) for kind in measurement.kinds])
    loss = np.where((fast >= 0) & (slow >= 0), (fast - slow) * often, -1.0)
    return int(np.argmax(loss)) if loss.max() > 0 else int(np.argmax(fast))


def headline_of(
    measurement: Measurement, walkers: list[int], shares: list[NDArray[np.float64]]
) -> dict[str, Any]:
    """Figures of the page's head; `walkers` are numbers of profiles, `shares` what `shares_within` says of each."""
    homes = measurement.place.homes
    status, residents = np.asarray(homes.status), np.nan_to_num(homes.residents)
    groups = []
    for key, names in load_groups().items():
        members = [
            number for number, kind in enumerate(measurement.kinds)
            if kind.group == key and not math.isnan(shares[0][number])
        ]  # fmt: skip
        if members:
            groups.append({**names, "shares": [_number(float(np.nanmean(one[members]))) for one in shares]})
    dwellings = float(np.nansum(homes.dwellings))
    first = measurement.standards[0] if measurement.standards else None
    lost = [entry.time.hours for entry in measurement.lost if first and entry.standard == first.key]
    visits = load_visits()
    return {
        "walkers": walkers,
        "reached": [float(np.nansum(one)) for one in shares],
        "surveyed": int((~np.isnan(shares[0])).sum()),
        "groups": groups,
        "residents": float(residents.sum()),
        "dwellings": dwellings or None,
        "homes": len(status),
        "measured": int((status == homes.MEASURED).sum()),
        "island": int((status == homes.ISLAND).sum()),
        "no_street": int((status == homes.NO_STREET).sum()),
        "unknown_residents": float(residents[status != homes.MEASURED].sum()),
        "lost_h": sum(lost) if lost else None,
        "lost_note": {
            "zh": f"来回比《{first.zh}》所许多走的路。{visits.note_zh}",
            "en": f"There and back, beyond what “{first.en}” allows. {visits.note_en}",
        } if first else None,
    }  # fmt: skip


def _standard(measurement: Measurement, standard: Standard) -> dict[str, Any]:
    scores = [
        {
            "zh": result.score.zh, "en": result.score.en, "evidence": result.score.evidence, "most": result.most,
            "profile": _profile_number(measurement, result.profile),
            "low": _number(result.mean_low), "high": _number(result.mean_high),
        }
        for result in measurement.scores if result.standard is standard
    ]  # fmt: skip
    return {
        "key": standard.key, "zh": standard.zh, "en": standard.en, "edition": standard.edition,
        "note": {"zh": standard.note_zh, "en": standard.note_en}, "scores": scores,
    }  # fmt: skip


def _result(measurement: Measurement, result: RuleResult) -> dict[str, Any]:
    rule, everyone = result.rule, result.everyone
    lost = [
        entry.time.hours for entry in measurement.lost
        if (entry.standard, entry.rule) == (result.standard.key, rule.key)
        and (result.profile is None or result.profile.key == entry.profile)
    ]  # fmt: skip
    keys = [kind.key for kind in measurement.kinds]
    threshold = rule.threshold
    return {
        "standard": measurement.standards.index(result.standard), "key": rule.key, "zh": rule.zh, "en": rule.en,
        "tier": rule.tier, "obligation": rule.obligation,
        "kinds": [keys.index(kind) for kind in rule.kinds], "columns": result.columns,
        "limit": threshold.value if threshold else None, "unit": "m" if rule.max_min is None else "min",
        "area_ha": rule.min_area_ha.value if rule.min_area_ha else None,
        "profile": _profile_number(measurement, result.profile), "no_verdict": result.no_verdict,
        "covered": everyone.covered if everyone else None, "left": everyone.left_out if everyone else None,
        "unknown": everyone.unknown if everyone else None, "share": _number(result.share),
        "left_homes": len(result.left_out),
        "groups": {
            page_key: [found.covered, found.total] if (found := result.groups.get(key)) and found.total > 0 else None
            for key, page_key in _GROUPS.items()
        },
        "lost_h": sum(lost) if lost else None,
        "evidence": rule.verdict_evidence,
        "source": result.standard.sources[threshold.source if threshold else rule.source],
    }  # fmt: skip


def _profile_number(measurement: Measurement, profile: Profile | None) -> int | None:
    return None if profile is None else measurement.profiles.index(profile)


def _names(pair: tuple[str, str]) -> dict[str, str]:
    return {"zh": pair[0], "en": pair[1]}


def _number(value: float | None) -> float | None:
    """JSON has no nan and no inf."""
    return None if value is None or not math.isfinite(value) else value
