"""What the walking times of all homes add up to, for the list; static/pages/scale.js sorts them alike for the map.

Walking times come as `places.walks` gives them: uint16 seconds, one per home, with three codes above 65532.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.pages.words import STEPS_MIN, class_names
from linli.desk.places import walks

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Class numbers, as in the stylesheet's colours `--class-N`.
TOO_FAR = 5
UNKNOWN = 6
NO_TAGS = 7


def classes_of(seconds: NDArray[np.uint16]) -> NDArray[np.intp]:
    """Sort walking times into the classes 0 to 7."""
    classes = np.searchsorted(np.array(STEPS_MIN) * 60, seconds, side="left")
    classes[seconds == walks.UNKNOWN] = UNKNOWN
    classes[seconds == walks.NO_TAGS] = NO_TAGS
    return classes


def residents_per_class(seconds: NDArray[np.uint16], residents: NDArray[np.floating]) -> NDArray[np.float64]:
    """Count the residents of the homes in each class, float64 [8]."""
    return np.bincount(classes_of(seconds), weights=residents, minlength=NO_TAGS + 1).astype(np.float64)


def median_seconds(seconds: NDArray[np.uint16], residents: NDArray[np.floating]) -> int | None:
    """Seconds that half of the residents, of those of whom it is known, do not exceed; walks.FAR if too many do."""
    known = ~np.isin(seconds, (walks.UNKNOWN, walks.NO_TAGS))
    if not residents[known].sum() > 0:
        return None
    order = np.argsort(seconds[known], kind="stable")
    running = np.cumsum(residents[known][order])
    return int(seconds[known][order][np.searchsorted(running, running[-1] / 2)])


def whole(number: float) -> str:
    """Write a count as both languages do, and as the map's scripts do."""
    return f"{round(number):,}"


def percent(share: float) -> str:
    """Write a share; never 100 % while somebody is left out, nor 0 % while somebody is covered."""
    hundredths = round(share * 100)
    if hundredths == 100 and share < 1:
        hundredths = 99
    if hundredths == 0 and share > 0:
        hundredths = 1
    return f"{hundredths}%"


def walk_words(seconds: int) -> str:
    """Say a walking time in whole minutes, rounded up, or what is known instead."""
    if seconds == walks.NO_TAGS:
        return _("no wheelchair data")
    if seconds == walks.UNKNOWN:
        return _("not known")
    if seconds == walks.FAR:
        return _("over {n} min").format(n=STEPS_MIN[-1])
    return minutes_words(seconds)


def minutes_words(seconds: int) -> str:
    """Say a time in whole minutes, rounded up."""
    minutes = max(1, -(-int(seconds) // 60))
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=whole(minutes))


def answer(
    seconds: NDArray[np.uint16], residents: NDArray[np.floating], *, kind: dict[str, Any], who: str
) -> dict[str, Any]:
    """Say how many residents walk to a kind within 15 minutes, and of how many that is not known."""
    per_class = residents_per_class(seconds, residents)
    known, near = per_class[:UNKNOWN].sum(), per_class[:3].sum()
    unknown = per_class[UNKNOWN:].sum()
    values = {
        "kind": kind["name"],
        "who": who,
        "near": whole(near),
        "known": whole(known),
        "unknown": whole(unknown),
        "all": whole(known + unknown),
    }
    told = known > 0 and known >= unknown  # a share of the few of whom something is known would mislead
    if not kind["surveyed"]:
        sentence = _("“{kind}” was never surveyed here, so nobody can say how far it is.")
    elif known == 0:
        sentence = _(
            "The map does not say for sure which places are “{kind}”, so nobody's walk can be told ({who}). The committee's own list of places would settle it."
        )
    elif not told:
        sentence = _(
            "For {unknown} of {all} residents it cannot be told ({who}). Of the other {known}, {near} get to “{kind}” within 15 minutes."
        )
    else:
        sentence = _("of residents get to “{kind}” within 15 minutes ({who}): {near} of {known}.")
    rest = _("For {unknown} more residents it cannot be told.") if told and unknown >= 1 else ""
    return {
        "percent": percent(near / known) if told else None,
        "sentence": sentence.format(**values),
        "rest": rest.format(**values),
    }


def legend(seconds: NDArray[np.uint16], residents: NDArray[np.floating]) -> list[dict[str, Any]]:
    """Each class with its name and its residents; the wheelchair's class only where it occurs."""
    per_class = residents_per_class(seconds, residents)
    everyone = per_class.sum() or 1
    return [
        {
            "number": number,
            "name": name,
            "residents": whole(count),
            "percent": percent(count / everyone),
            "width": f"{100 * count / everyone:.1f}",
        }
        for number, (name, count) in enumerate(zip(class_names(), per_class, strict=True))
        if number != NO_TAGS or count
    ]


def within(seconds: NDArray[np.uint16], residents: NDArray[np.floating]) -> dict[str, Any] | None:
    """Shares of residents within 5, 10 and 15 minutes and what half of them need; None where of most nothing is known."""
    per_class = residents_per_class(seconds, residents)
    known = per_class[:UNKNOWN].sum()
    half = median_seconds(seconds, residents)
    if half is None or known < per_class[UNKNOWN:].sum():
        return None
    shares = np.cumsum(per_class[:3]) / known
    return {
        "within": [percent(share) for share in shares],
        "width": f"{100 * shares[2]:.1f}",
        "median": walk_words(half),
    }
