"""What a reader has chosen to look at: a kind of place, who walks, which standard, which home. It lives in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from linli.desk.pages.words import in_chinese


def named(thing: Mapping[str, Any]) -> dict[str, Any]:
    """Give a kind, profile, standard or rule its `name` in the reader's language."""
    first, second = ("zh", "en") if in_chinese() else ("en", "zh")
    return {**thing, "name": thing.get(first) or thing.get(second) or thing["key"]}


def chosen(things: Iterable[Mapping[str, Any]], key: str | None) -> dict[str, Any]:
    """Return the thing of that key, else the first."""
    every = [named(thing) for thing in things]
    return next((thing for thing in every if thing["key"] == key), every[0])


@dataclass(frozen=True)
class Choices:
    """A valid choice in a place, whatever the address said."""

    kind: dict[str, Any]
    profile: dict[str, Any]
    standard: dict[str, Any]
    home: int | None

    @classmethod
    def read(cls, query: QueryDict, facts: Mapping[str, Any]) -> Choices:
        """Read the address; what is unknown there falls back to the first that makes sense."""
        home = query.get("home", "")
        in_place = home.isascii() and home.isdigit() and int(home[:9]) < facts["home_count"]
        # A kind nobody ever surveyed, or of which there is none, is a poor first sight.
        with_places = sorted(
            facts["kinds"], key=lambda kind: not (kind["surveyed"] and kind["facility_count"])
        )
        return cls(
            kind=chosen(with_places, query.get("kind")),
            profile=chosen(facts["profiles"], query.get("profile")),
            standard=chosen(facts["standards"], query.get("standard")),
            home=int(home) if in_place else None,
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
    groups = facts.get("groups", {})
    return [
        {
            "name": named({"key": group, **groups.get(group, {})})["name"],
            "kinds": [named(kind) for kind in members],
        }
        for group, members in groupby(kinds, key=lambda kind: kind["group"])
    ]
