"""What is known of a served place, as plain JSON-able facts: the API hands them out, the pages render them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.desk.places.walks import metres_of, seconds_of
from linli.engine.circle.judge import NO_VERDICT_NOTES
from linli.engine.circle.lost import load_visits
from linli.engine.circle.trace import HomeWalk, walks_of
from linli.engine.streets.kinds import load_groups
from linli.engine.streets.population import Basis

if TYPE_CHECKING:
    from linli.desk.places.serving import Served
    from linli.engine.circle.assess import Coverage
    from linli.engine.circle.judge import RuleResult
    from linli.engine.circle.standards import Rule, Standard
    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile

Facts = dict[str, Any]
PAGE_SIZE = 50
_STATUS = ("measured", "island", "no street")
_SOURCE = ("osm", "register")


def _lived_in(place: Place) -> list[float]:
    """West, south, east, north of where people live: a boundary may take in a harbour or a mountain.

    One home in fifty on each side is let go, so that a lone farm does not make everything small.
    """
    if not len(place.homes):
        return list(place.boundary.bounds)
    west, east = np.quantile(place.homes.lon, (0.02, 0.98)).tolist()
    south, north = np.quantile(place.homes.lat, (0.02, 0.98)).tolist()
    return [west, south, east, north]


def place_facts(served: Served) -> Facts:
    """Everything a page needs to know before it asks for anything else."""
    place, measurement, community = served.place, served.measurement, served.row.community
    homes, facilities = place.homes, place.facilities
    counts = np.bincount(facilities.kind, minlength=len(place.kinds)).tolist()
    status = np.bincount(homes.status, minlength=len(_STATUS)).tolist()
    islands = place.network.islands[1:]
    return {
        "slug": community.slug,
        "name": community.name_zh or community.name_en,
        "names": {
            "zh": community.name_zh or community.name_en,
            "en": community.name_en or community.name_zh,
        },
        "bounds": [round(degrees, 6) for degrees in place.boundary.bounds],
        "lived_in": [round(degrees, 6) for degrees in _lived_in(place)],
        "reach": [round(degrees, 6) for degrees in served.bounds],
        "attribution": served.row.attribution,
        "data_at": served.row.data_at.isoformat() if served.row.data_at else None,
        "home_count": len(homes),
        "homes": {"measured": status[0], "island": status[1], "no_street": status[2]},
        "residents": round(float(np.nansum(homes.residents)), 1),
        "cutoff_s": measurement.cutoff_s,
        "kinds": [
            {
                "key": kind.key,
                "zh": kind.zh,
                "en": kind.en,
                "group": kind.group,
                "facility_count": counts[index],
                "surveyed": bool(facilities.surveyed[index]),
            }
            for index, kind in enumerate(place.kinds)
        ],
        "groups": load_groups(),
        "profiles": [_profile(profile) for profile in measurement.profiles],
        "standards": [_standard(standard) for standard in measurement.standards],
        "islands": {
            "count": len(islands),
            "length_m": round(sum(island["length_m"] for island in islands)),
            "homes": status[1],
        },
        "wheelchair_unknown_share": round(measurement.wheelchair_unknown_share, 4),
        "assumptions": _assumptions(served),
    }


def _profile(profile: Profile) -> Facts:
    return {
        "key": profile.key,
        "zh": profile.name_zh,
        "en": profile.name_en,
        "speed_m_s": profile.speed_m_s,
        "wheelchair": profile.wheelchair,
    }


def _standard(standard: Standard) -> Facts:
    return {
        "key": standard.key,
        "zh": standard.zh,
        "en": standard.en,
        "edition": standard.edition,
        "jurisdiction": standard.jurisdiction,
        "evidence": standard.dates_evidence,
        "note": {"zh": standard.note_zh, "en": standard.note_en},
        "rules": [_rule(rule) for rule in standard.rules],
    }


def _rule(rule: Rule) -> Facts:
    return {
        "key": rule.key,
        "zh": rule.zh,
        "en": rule.en,
        "kinds": list(rule.kinds),
        "max_m": rule.max_m.value if rule.max_m else None,
        "max_min": rule.max_min.value if rule.max_min else None,
        "min_area_ha": rule.min_area_ha.value if rule.min_area_ha else None,
        "obligation": rule.obligation,
        "evidence": rule.verdict_evidence,
        "source": rule.threshold.source if rule.threshold else rule.source,
        "note": rule.note,
    }


def _assumptions(served: Served) -> list[Facts]:
    """Every assumed value that entered the numbers, with what speaks for it."""
    visits = load_visits()
    return [
        *served.place.meta["assumptions"],
        {
            "key": "visits_per_week",
            "value": None,
            "unit": "",
            "zh": visits.note_zh,
            "en": visits.note_en,
            "evidence": visits.evidence,
        },
    ]


def facility_facts(served: Served, *, kind: str) -> Facts:
    """Every place of a kind as GeoJSON points."""
    facilities, ids = served.place.facilities, served.facility_ids
    kinds_of: dict[int, list[str]] = {}
    for facility, index in zip(facilities.kind_facility.tolist(), facilities.kind.tolist(), strict=True):
        kinds_of.setdefault(facility, []).append(served.place.kinds[index].key)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [_degrees(facilities.lon[f]), _degrees(facilities.lat[f])]},
                "properties": {
                    "id": ids[f],
                    "name": facilities.name[f],
                    "kinds": kinds_of[f],
                    "source": _SOURCE[facilities.source[f]],
                    "address": facilities.address[f],
                    # As the map (OpenStreetMap's `opening_hours`) or the committee's list writes them; nobody guesses.
                    "hours": facilities.hours[f],
                },
            }
            for f in facilities.of_kind(served.kind_index[kind]).tolist()
        ],
    }  # fmt: skip


def home_facts(served: Served, *, home: int, profile: str) -> Facts:
    """One home: who lives there, and its walk to every kind (codes of `walks` where there is none)."""
    homes = served.place.homes
    nearest = served.measurement.nearest_facility[profile]
    kinds: Facts = {}
    for index, kind in enumerate(served.place.kinds):
        facility = int(nearest[home, index])
        kinds[kind.key] = {
            "seconds": int(seconds_of(served, profile=profile, kind=kind.key)[home]),
            "metres": int(metres_of(served, kind=kind.key)[home]),
            "facility": served.facility_ids[facility] if facility >= 0 else None,
            "name": served.place.facilities.name[facility] if facility >= 0 else None,
        }
    return {
        "index": home,
        "ref": homes.ref[home],
        "name": homes.name[home],
        "address": homes.address[home],
        "lon": _degrees(homes.lon[home]),
        "lat": _degrees(homes.lat[home]),
        "status": _STATUS[homes.status[home]],
        "residents": round(float(np.nan_to_num(homes.residents[home])), 1),
        "residents_by_group": {
            "65+": _known(homes.residents_65[home]),
            "0-6": _known(homes.residents_0_6[home]),
            "disabled": _known(homes.residents_disabled[home]),
        },
        "basis": Basis(int(homes.basis[home])).name.lower(),
        "kinds": kinds,
    }


def find_homes(served: Served, *, text: str, limit: int = 20) -> list[Facts]:
    """Find homes by a part of their address or name; every word of the text must be in it, whatever the case."""
    homes = served.place.homes
    words = text.casefold().split()
    if not words:
        return []
    found = []
    for index, (address, name) in enumerate(zip(homes.address, homes.name, strict=True)):
        within = f"{address} {name}".casefold()
        if all(word in within for word in words):
            found.append({"index": index, "address": address, "name": name})
            if len(found) == limit:
                break
    return found


def walk_facts(served: Served, *, home: int, profile: str) -> Facts:
    """Draw one home's walk to the nearest place of every kind it can reach, as GeoJSON lines."""
    homes = served.place.homes
    walks: list[HomeWalk] = []
    if homes.status[home] == homes.MEASURED:
        walks = walks_of(served.measurement.walker, home=home, profile=served.profiles[profile])
    return {"type": "FeatureCollection", "features": [_walk(served, walk) for walk in walks]}


def _walk(served: Served, walk: HomeWalk) -> Facts:
    line = np.column_stack((walk.lon, walk.lat)).round(6).tolist()
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": {
            "kind": served.place.kinds[walk.kind].key,
            "facility": served.facility_ids[walk.facility],
            "name": served.place.facilities.name[walk.facility],
            "walk_s": round(walk.walk_s, 1),
            "length_m": round(walk.length_m, 1),
            "certain": walk.certain,
        },
    }


def rule_facts(served: Served, *, standard: str, profile: str) -> Facts:
    """Give the verdict of every rule of a standard: those in metres, and those in minutes for one profile."""
    results = served.measurement.results_of(standard, profile)
    return {
        "standard": standard,
        "profile": profile,
        "residents": round(float(np.nansum(served.place.homes.residents)), 1),
        "rules": [_verdict(result) for result in results],
    }


def _verdict(result: RuleResult) -> Facts:
    everyone = _coverage(result.everyone)
    why = NO_VERDICT_NOTES.get(result.no_verdict)
    return {
        **_rule(result.rule),
        "unit": result.unit,
        "at_most": result.at_most,
        "median": _known(result.median),
        "no_verdict": result.no_verdict or None,
        "why_not": {"zh": why[0], "en": why[1]} if why else None,
        **(everyone or {"total": None, "covered": None, "left_out": None, "unknown": None, "share": None}),
        "homes_left_out": len(result.left_out),
        "groups": {group: _coverage(found) for group, found in result.groups.items()},
    }


def _coverage(found: Coverage | None) -> Facts | None:
    if found is None:
        return None
    return {
        "total": round(found.total, 1),
        "covered": round(found.covered, 1),
        "left_out": round(found.left_out, 1),
        "unknown": round(found.unknown, 1),
        "share": None if found.share is None else round(found.share, 4),
    }


def result_of(served: Served, *, standard: str, rule: str, profile: str) -> RuleResult | None:
    """Find the verdict of one rule; None where the standard has no such rule."""
    results = served.measurement.results_of(standard, profile)
    return next((result for result in results if result.rule.key == rule), None)


def left_out_facts(served: Served, result: RuleResult, *, page: int) -> Facts | None:
    """Homes that a rule leaves out, worst first, a page of them; None where there is no such page (the first always is)."""
    pages = max(1, -(-len(result.left_out) // PAGE_SIZE))
    if not 1 <= page <= pages:
        return None
    rows = range((page - 1) * PAGE_SIZE, min(page * PAGE_SIZE, len(result.left_out)))
    return {
        "standard": result.standard.key,
        "rule": result.rule.key,
        "profile": result.profile.key if result.profile else None,
        "unit": result.unit,
        "at_most": result.at_most,
        "page": page,
        "pages": pages,
        "count": len(result.left_out),
        "homes": [_left_out(served, result, row) for row in rows],
    }


def _left_out(served: Served, result: RuleResult, row: int) -> Facts:
    homes, home = served.place.homes, int(result.left_out[row])
    facility = int(result.facility[home])
    walk = float(result.walks.sure[home]) if result.walks is not None else math.inf
    return {
        "index": home,
        "address": homes.address[home],
        "name": homes.name[home],
        "lon": _degrees(homes.lon[home]),
        "lat": _degrees(homes.lat[home]),
        "residents": round(float(np.nan_to_num(homes.residents[home])), 1),
        # Null: beyond the cut-off, or no way at all.
        "walk": math.ceil(walk) if math.isfinite(walk) else None,
        "over": math.ceil(float(result.over[row])) if math.isfinite(result.over[row]) else None,
        "facility": served.facility_ids[facility] if facility >= 0 else None,
        "facility_name": served.place.facilities.name[facility] if facility >= 0 else None,
    }


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), 1)


def _degrees(value: float) -> float:
    return round(float(value), 6)
