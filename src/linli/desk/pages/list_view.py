"""The list: what the map shows, in words and numbers, row by row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common.language import in_chinese
from linli.desk.pages import figures
from linli.desk.pages.choices import named
from linli.desk.places import facts, walks
from linli.engine.circle.standards import EVIDENCE_NOTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from linli.desk.pages.choices import Choices
    from linli.desk.places.serving import Served

Row = dict[str, Any]
# "[mem] where from", "[seen: KEY] …", "[derived]", or no mark.
_EVIDENCE = re.compile(r"(?:\[(\w+)(?=[\]:]))?:?\]?(.*)", re.DOTALL)


def list_url(slug: str, choices: Choices, *, anchor: str = "", **changes: object) -> str:
    """Write the address of the list with the reader's choices, changed."""
    query = choices.query(**{"show": choices.show, **changes})
    return f"{reverse('pages:list', args=[slug])}?{query}{anchor}"


def tabs(slug: str, choices: Choices) -> list[Row]:
    """List the parts of the list, of which one is shown."""
    names = {
        "overview": _("Overview"),
        "home": _("One home"),
        "rules": _("Standard"),
        "notes": _("Notes"),
    }
    return [
        {"key": key, "name": name, "url": list_url(slug, choices, show=key)} for key, name in names.items()
    ]


def overview(served: Served, choices: Choices, kinds: Iterable[Mapping[str, Any]]) -> Row:
    """Say how the chosen kind is reached, then every kind."""
    seconds = walks.seconds_of(served, profile=choices.profile["key"], kind=choices.kind["key"])
    residents = walks.residents_of(served)
    return {
        "answer": figures.answer(seconds, residents, kind=choices.kind, who=choices.profile["name"]),
        "classes": figures.legend(seconds, residents),
        **kind_rows(served, choices, kinds),
    }


def home_part(served: Served, choices: Choices, kinds: Iterable[Mapping[str, Any]], *, find: str) -> Row:
    """Find homes, and say everything about the chosen one."""
    find = " ".join(find.split())[:100]
    return {
        "find": find,
        "found": found_homes(served, choices, find) if find else None,
        "home": home_detail(served, choices, kinds),
    }


def rules_part(served: Served, choices: Choices, query: QueryDict) -> Row:
    """Say what the standard asks, and whom one of its rules leaves out."""
    return {
        "rules": rule_rows(served, choices),
        "left_out": left_out(served, choices, rule=query.get("rule", ""), page=query.get("page", "")),
    }


def home_name(home: Mapping[str, Any]) -> str:
    """Say where a home is: address, else name, else its number."""
    return home["address"] or home["name"] or _("Home no. {n}").format(n=home["index"] + 1)


def residents_words(count: float) -> str:
    whole = round(count)
    return ngettext("{n} resident", "{n} residents", whole).format(n=figures.whole(whole))


def kind_rows(served: Served, choices: Choices, kinds: Iterable[Mapping[str, Any]]) -> Row:
    """One row a kind: how many places, and how many residents get there in time; the kinds of which that is not known."""
    residents = walks.residents_of(served)
    rows: list[Row] = []
    untold: list[Row] = []
    for kind in map(named, kinds):
        seconds = walks.seconds_of(served, profile=choices.profile["key"], kind=kind["key"])
        row = {
            "key": kind["key"],
            "name": kind["name"],
            "places": figures.whole(kind["facility_count"]),
            "url": list_url(served.slug, choices, kind=kind["key"]),
        }
        shares = figures.within(seconds, residents)
        if shares is None:
            untold.append(row)
        else:
            rows.append(row | shares)
    return {"kinds": rows, "untold": untold}


def rule_rows(served: Served, choices: Choices) -> list[Row]:
    """One row a rule of the standard, with what backs it."""
    found = facts.rule_facts(served, standard=choices.standard["key"], profile=choices.profile["key"])
    return [_rule_row(served.slug, choices, named(rule)) for rule in found["rules"]]


def _rule_row(slug: str, choices: Choices, rule: Mapping[str, Any]) -> Row:
    row = {
        "name": rule["name"],
        "limit": _limit(rule),
        "official": rule["evidence"] == "official",
        "evidence": EVIDENCE_NOTES[rule["evidence"]][0 if in_chinese() else 1],
        "why_not": named({"key": "", **rule["why_not"]})["name"]
        if rule["why_not"]
        else _("Cannot be judged here."),
    }
    if rule["share"] is None:
        return row
    everyone = {"covered": figures.whole(rule["covered"]), "total": figures.whole(rule["total"])}
    return row | {
        "percent": figures.percent(rule["share"]),
        "width": f"{100 * rule['share']:.1f}",
        "count": _("{covered} of {total} residents").format(**everyone),
        "groups": _group_words(rule["groups"]),
        "unknown": _("For {unknown} more residents it cannot be told.").format(
            unknown=figures.whole(rule["unknown"])
        )
        if rule["unknown"] >= 1
        else "",
        "left_out": residents_words(rule["left_out"]) if rule["homes_left_out"] else "",
        "url": list_url(slug, choices, anchor="#left-out", rule=rule["key"]),
    }


def _limit(rule: Mapping[str, Any]) -> str:
    if rule["max_m"] is not None:
        return _("within {n} metres on foot").format(n=figures.whole(rule["max_m"]))
    if rule["max_min"] is not None:
        return _("within {n} minutes on foot").format(n=figures.whole(rule["max_min"]))
    return _("no distance given")


def _group_words(groups: Mapping[str, Any]) -> list[str]:
    names = {"65+": _("65 and over"), "0-6": _("up to 6 years"), "disabled": _("disabled")}
    return [
        f"{names[group]}: {figures.percent(found['share'])}"
        for group, found in groups.items()
        if found and found["share"] is not None
    ]


def left_out(served: Served, choices: Choices, *, rule: str, page: str) -> Row | None:
    """Homes that a rule leaves out, worst first; None where the standard has no such rule."""
    result = facts.result_of(
        served, standard=choices.standard["key"], rule=rule, profile=choices.profile["key"]
    )
    if result is None:
        return None
    number = int(page[:6]) if page.isascii() and page.isdigit() else 1
    found = facts.left_out_facts(served, result, page=number) or facts.left_out_facts(served, result, page=1)
    if found is None:
        return None

    def page_url(to: int) -> str:
        return list_url(served.slug, choices, anchor="#left-out", rule=rule, page=to)

    return {
        "rule": named({"key": rule, "zh": result.rule.zh, "en": result.rule.en})["name"],
        "page": found["page"],
        "pages": found["pages"],
        "previous": page_url(found["page"] - 1) if found["page"] > 1 else None,
        "next": page_url(found["page"] + 1) if found["page"] < found["pages"] else None,
        "homes": [
            {
                "name": home_name(home),
                "url": list_url(served.slug, choices, show="home", home=home["index"]),
                "residents": figures.whole(home["residents"]),
                **_too_far(home, at_most=found["at_most"], unit=found["unit"]),
            }
            for home in found["homes"]
        ],
    }


def _too_far(home: Mapping[str, Any], *, at_most: float, unit: str) -> Row:
    """Say the walk and what is too much of it; where the walk is beyond what was measured, the least it can be."""
    walk, over = home["walk"], home["over"]
    if over is None:
        return {"walk": _("no way found"), "over": "–"}
    if walk is None:
        return {
            "walk": _("over {walk}").format(walk=_amount(at_most + over, unit=unit)),
            "over": _("at least {walk}").format(walk=_amount(over, unit=unit)),
        }
    return {"walk": _amount(walk, unit=unit), "over": _amount(over, unit=unit)}


def _amount(amount: float, *, unit: str) -> str:
    if unit == "m":
        return _("{n} m").format(n=figures.whole(amount))
    return figures.minutes_words(round(amount))


def found_homes(served: Served, choices: Choices, text: str) -> list[Row]:
    """Homes whose address or name has the text in it, or whose number it is."""
    found = facts.find_homes(served, text=text)
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= len(served.place.homes):
        index = int(text[:9]) - 1
        homes = served.place.homes
        found.insert(0, {"index": index, "address": homes.address[index], "name": homes.name[index]})
    return [
        {
            "name": home_name(home),
            "number": _("Home no. {n}").format(n=home["index"] + 1),
            "url": list_url(served.slug, choices, home=home["index"]),
        }
        for home in found
    ]


def home_detail(served: Served, choices: Choices, kinds: Iterable[Mapping[str, Any]]) -> Row | None:
    """Every walk from the chosen home, and the one to the chosen kind as a sentence."""
    if choices.home is None:
        return None
    home = facts.home_facts(served, home=choices.home, profile=choices.profile["key"])
    rows = [_walk_row(named(kind), home["kinds"][kind["key"]]) for kind in kinds]
    return {
        "name": home_name(home),
        "residents": residents_words(home["residents"]),
        "main": next(row for row in rows if row["key"] == choices.kind["key"]),
        "walks": [row for row in rows if row["class"] < figures.UNKNOWN],
        "untold": [row for row in rows if row["class"] >= figures.UNKNOWN],
    }


def _walk_row(kind: Mapping[str, Any], walk: Mapping[str, Any]) -> Row:
    number = int(figures.classes_of(np.array([walk["seconds"]], np.uint16))[0])
    time = figures.walk_words(walk["seconds"])
    return {
        "key": kind["key"],
        "kind": kind["name"],
        "class": number,
        "time": time,
        "metres": _("{n} m").format(n=figures.whole(walk["metres"]))
        if walk["metres"] < walks.NO_TAGS
        else "–",
        "facility": walk["name"] or (_("Unnamed place") if walk["facility"] else ""),
        "sentence": _sentence(number, kind=kind["name"], time=time, facility=walk["name"]),
    }


def _sentence(number: int, *, kind: str, time: str, facility: str | None) -> str:
    if number == figures.TOO_FAR:
        text = _("No “{kind}” within a 30-minute walk of your home")
    elif number == figures.UNKNOWN:
        text = _("How far “{kind}” is from your home is not known")
    elif number == figures.NO_TAGS:
        text = _("Whether a wheelchair can get from your home to “{kind}” is not on the map")
    elif facility:
        text = _("From your home to “{kind}”: {time} ({facility})")
    else:
        text = _("From your home to “{kind}”: {time}")
    return text.format(kind=kind, time=time, facility=facility)


def assumption_rows(assumptions: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Say every assumed value with its unit and what backs it."""
    marks = {
        "seen": _("read in a source"),
        "mem": _("from memory, not checked against the source"),
        "derived": _("Linli's own choice"),
    }
    rows = []
    for each in map(named, assumptions):
        found = _EVIDENCE.match(each["evidence"])
        mark, source = found.groups() if found else ("", "")
        value = "" if each["value"] is None else f"{each['value']:g} {each['unit']}".strip()
        rows.append(
            {"name": each["name"], "value": value, "mark": marks.get(mark, ""), "source": source.strip()}
        )
    return rows
