"""What a reader has chosen to look at: a kind of place, who walks, which standard, which home. It lives in the address."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from linli.desk.common.language import in_chinese
from linli.engine.circle.command import DEFAULT_STANDARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.http import QueryDict


# The parts of the list, one shown at a time.
SHOWN = ("overview", "home", "rules", "notes")


def named(thing: Mapping[str, Any]) -> dict[str, Any]:
    """Give a kind, profile, standard or rule its `name` in the reader's language."""
    first, second = ("zh", "en") if in_chinese() else ("en", "zh")
    return {**thing, "name": thing.get(first) or thing.get(second) or thing["key"]}


def chosen(things: Iterable[Mapping[str, Any]], key: str | None) -> dict[str, Any]:
    """Return the thing of that key, else the first."""
    every = [named(thing) for thing in things]
    return next((thing for thing in every if thing["key"] == key), every[0])


def standards_in_order(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Put those that `linli measure` judges by unasked first."""
    order = {key: number for number, key in enumerate(DEFAULT_STANDARDS)}
    return sorted(facts["standards"], key=lambda standard: order.get(standard["key"], len(order)))


@dataclass(frozen=True)
class Choices:
    """A valid choice in a place, whatever the address said."""

    kind: dict[str, Any]
    profile: dict[str, Any]
    standard: dict[str, Any]
    home: int | None
    show: str

    @classmethod
    def read(
        cls, query: QueryDict, facts: Mapping[str, Any], *, tells: Callable[[str, str], bool]
    ) -> Choices:
        """Read the address; what is unknown there falls back to the first that makes sense.

        Parameters
        ----------
        query, facts
            The address's query, and the place (`places.facts.place_facts`).
        tells
            Whether anything is known of walks by this profile to this kind: a kind of which nothing is known is a poor
            first sight.
        """
        home, show = query.get("home", "")[:9], query.get("show")
        in_place = home.isascii() and home.isdigit() and int(home) < facts["home_count"]
        profile = chosen(facts["profiles"], query.get("profile"))
        told = (kind["key"] for kind in facts["kinds"] if tells(profile["key"], kind["key"]))
        return cls(
            kind=chosen(facts["kinds"], query.get("kind") or next(told, None)),
            profile=profile,
            standard=chosen(standards_in_order(facts), query.get("standard")),
            home=int(home) if in_place else None,
            show=show if show in SHOWN else "home" if in_place else SHOWN[0],
        )

    def query(self, **changes: object) -> str:
        """Write the choice as an address's query, with changes; a change to None leaves a part out."""
        parts = {
            "kind": self.kind["key"],
            "profile": self.profile["key"],
            "standard": self.standard["key"],
            "home": self.home,
            **changes,
        }
        return urlencode({name: value for name, value in parts.items() if value is not None})


def kind_groups(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Kinds under the names of their groups, in the order of the table of kinds."""
    order = {
        key: number for number, key in enumerate(dict.fromkeys(kind["group"] for kind in facts["kinds"]))
    }
    kinds = sorted(facts["kinds"], key=lambda kind: order[kind["group"]])
    return [
        {
            "name": named({"key": group, **facts["groups"][group]})["name"],
            "kinds": [{**named(kind), "count": f"{kind['facility_count']:,}"} for kind in members],
        }
        for group, members in groupby(kinds, key=lambda kind: kind["group"])
    ]
