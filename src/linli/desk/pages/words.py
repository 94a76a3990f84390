"""The words that the scripts say: translated here with everything else, and handed over in a data attribute.

`{name}` in a text is filled in by the script (static/pages/words.js). Where a number decides the form there are two
keys, `…_one` and `…_other`; in a language with a single form both read alike.
"""

from __future__ import annotations

import json

from django.utils.translation import gettext as _

from linli.desk.common.language import in_chinese
from linli.engine.circle.standards import EVIDENCE_NOTES

# Upper ends of the classes of the legend in minutes; `STEPS_S` of static/pages/scale.js in seconds.
STEPS_MIN = (5, 10, 15, 20, 30)


def class_names() -> list[str]:
    """Names of the classes 0 to 7: five by minutes, too far, unknown, unknown for lack of wheelchair tags."""
    first, *others = STEPS_MIN
    return [
        _("0–{m} min").format(m=first),
        *(_("{n}–{m} min").format(n=lower, m=upper) for lower, upper in zip(STEPS_MIN, others, strict=False)),
        _("over {n} min").format(n=others[-1]),
        _("not known"),
        _("no wheelchair data"),
    ]


def script_words() -> str:
    """Every text of the scripts in the active language, as JSON."""
    return json.dumps(
        {
            **_map_words(),
            **_walk_words(),
            **_plan_words(),
            **_rule_words(),
            **_trouble_words(),
        },
        ensure_ascii=False,
    )


def _map_words() -> dict[str, str]:
    return {
        "map_title": _("Map of walks. Arrow keys move it, plus and minus change its scale."),
        "zoom_in": _("Closer"),
        "zoom_out": _("Farther"),
        "metres_short": _("m"),
        "kilometres_short": _("km"),
        "pin_tip": _("{name}: drag to move"),
        "close": _("Close"),
        "unnamed": _("Unnamed place"),
        "open_hours": _("Open: {hours}"),
        "show_more": _("Show {n} more"),
    }


def _walk_words() -> dict[str, str]:
    return {
        "answer": _("of residents get to “{kind}” within 15 minutes ({who}): {near} of {known}."),
        "answer_at_least": _("residents at least walk to “{kind}” within 15 minutes by your plan ({who})."),
        "answer_unknown": _(
            "The map does not say for sure which places are “{kind}”, so nobody's walk can be told ({who}). The committee's own list of places would settle it."
        ),
        "answer_mostly_unknown": _(
            "For {unknown} of {all} residents it cannot be told ({who}). Of the other {known}, {near} get to “{kind}” within 15 minutes."
        ),
        "answer_unsurveyed": _("“{kind}” was never surveyed here, so nobody can say how far it is."),
        "answer_unknown_rest": _("For {unknown} more residents it cannot be told."),
        "minutes_one": _("{n} minute"),
        "minutes_other": _("{n} minutes"),
        "metres": _("{n} m"),
        "residents_one": _("{n} resident"),
        "residents_other": _("{n} residents"),
        "too_far": _("over {n} min").format(n=STEPS_MIN[-1]),
        "unknown": _("not known"),
        "no_tags": _("no wheelchair data"),
        "untold": _("Not known from here"),
        "list_comma": _(", "),
        "home_number": _("Home no. {n}"),
        "home_as_list": _("This home in the list"),
        "sentence_to": _("From your home to “{kind}”: {time} ({facility})"),
        "sentence": _("From your home to “{kind}”: {time}"),
        "sentence_too_far": _("No “{kind}” within a 30-minute walk of your home"),
        "sentence_unknown": _("How far “{kind}” is from your home is not known"),
        "sentence_no_tags": _("Whether a wheelchair can get from your home to “{kind}” is not on the map"),
    }


def _plan_words() -> dict[str, str]:
    return {
        "new_facility": _("New place"),
        "move": _("Move"),
        "remove": _("Remove"),
        "restore": _("Put back"),
        "move_name": _("Move {name}"),
        "remove_name": _("Remove {name}"),
        "restore_name": _("Put {name} back"),
        "pin_changed": _("moved"),
        "pin_added": _("new"),
        "pin_removed": _("removed"),
        "moving": _("Moving: {name}"),
        "plan_residents": _("residents within 15 minutes: {before} before, {after} after"),
        "plan_minutes": _("Mean walk: {before} minutes before, {after} after"),
        "off_street_one": _("{n} pin is too far from any street to count."),
        "off_street_other": _("{n} pins are too far from any street to count."),
        "plan_homes": _("Homes that come within 15 minutes: {gained}; that drop out: {lost}"),
    }


def _rule_words() -> dict[str, str]:
    return {
        "limit_metres": _("within {n} metres on foot"),
        "limit_minutes": _("within {n} minutes on foot"),
        "limit_none": _("no distance given"),
        "rule_covered": _("{covered} of {total} residents"),
        "rule_unknown": _("Cannot be judged here."),
        "rule_left_out": _("{n} residents left out: who?"),
        "no_rule_for_kind": _("This standard asks nothing about “{kind}”."),
        "other_rules": _("Its other rules ({n})"),
        **{f"evidence_{mark}": notes[0 if in_chinese() else 1] for mark, notes in EVIDENCE_NOTES.items()},
    }


def _trouble_words() -> dict[str, str]:
    return {
        "trouble_unreachable": _("The server cannot be reached. Check the network, then try again."),
        "trouble_refused": _(
            "The server does not know this. Reload the page; if it stays, tell the committee's office."
        ),
        "trouble_broken": _(
            "The server had a fault. Try again in a minute; if it stays, tell the committee's office."
        ),
    }
