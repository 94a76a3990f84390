"""The kinds of facility of the 15-minute life circle, and which OpenStreetMap tags mean which: `kinds.toml`, read.

A clause is matched against the tags of one feature. There are tens of thousands of features in a city and a hundred
clauses, so `ClauseIndex` looks only at the clauses whose first tag the feature carries.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Tags = Mapping[str, str]
Test = Callable[[str], bool]
KINDS_FILE = Path(__file__).with_name("kinds.toml")


def wanted(value: str | list[str]) -> Test:
    """Make the test that a tag's value must pass, as `kinds.toml` writes it: a value, a list, `"*"`, `"~regex"` or `"$pattern"`."""
    if isinstance(value, str) and value.startswith("$"):
        value = _read()["patterns"][value[1:]]
    if value == "*":
        return lambda found: found not in {"no", ""}
    if isinstance(value, str) and value.startswith("~"):
        pattern = re.compile(value[1:], re.IGNORECASE)
        return lambda found: pattern.search(found) is not None
    values = frozenset([value] if isinstance(value, str) else value)

    def among(found: str) -> bool:
        return found in values or (";" in found and any(part.strip() in values for part in found.split(";")))

    return among


@dataclass(frozen=True, slots=True)
class Clause:
    """One way in which tags say that a place is of a kind."""

    when: tuple[tuple[str, Test], ...]
    unless: tuple[tuple[str, Test], ...]
    unsure: bool
    evidence: str
    written: Mapping[str, Any]  # as in the file, to show to a person

    @classmethod
    def of(cls, written: Mapping[str, Any], evidence: str = "") -> Clause:
        """Make the clause that a table `{when, unless, unsure, evidence}` writes."""
        return cls(
            when=tuple((key, wanted(value)) for key, value in written.get("when", {}).items()),
            unless=tuple((key, wanted(value)) for key, value in written.get("unless", {}).items()),
            unsure=bool(written.get("unsure", False)),
            evidence=written.get("evidence", evidence),
            written=written,
        )

    def matches(self, tags: Tags) -> bool:
        """Whether every tag of `when` and none of `unless` is found in `tags`."""
        for key, test in self.when:
            value = tags.get(key)
            if value is None or not test(value):
                return False
        return not any(key in tags and test(tags[key]) for key, test in self.unless)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of facility: its names, its group on the map, and the clauses that find it in OpenStreetMap."""

    key: str
    zh: str
    en: str
    group: str
    clauses: tuple[Clause, ...]
    entered: Literal["edge", "gate"] = "gate"
    open_space: bool = False
    aliases: tuple[str, ...] = ()
    entrances: Clause | None = None
    entrances_within_m: float = 0.0

    @property
    def evidence(self) -> tuple[str, ...]:
        """The evidence of each clause, in their order."""
        return tuple(clause.evidence for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class OpenSpaceRule:
    """What is not public open space (after GHSCI), as `kinds.toml` has it."""

    exclude: tuple[Clause, ...]
    grounds: Clause
    linear_area_m2: float
    linear_roundness: float
    evidence: str


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    return tomllib.loads(KINDS_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def load_kinds() -> dict[str, Kind]:
    """Every kind of `kinds.toml` by its key, in the order of the file (which is the order of every `kind` index)."""
    kinds: dict[str, Kind] = {}
    for row in _read()["kind"]:
        clauses = tuple(Clause.of(clause) for clause in row.get("clauses", ()))
        kinds[row["key"]] = Kind(
            key=row["key"],
            zh=row["zh"],
            en=row["en"],
            group=row["group"],
            clauses=clauses,
            entered=row.get("entered", "gate"),
            open_space=row.get("open_space", False),
            aliases=tuple(row.get("aliases", ())),
            entrances=Clause.of({"when": row["entrances"]}) if "entrances" in row else None,
            entrances_within_m=float(row.get("entrances_within_m", 0)),
        )
    return kinds


@lru_cache(maxsize=1)
def load_groups() -> dict[str, dict[str, str]]:
    """Group key → `{"zh", "en"}`, in the order in which a map lists them."""
    return dict(_read()["groups"])


@lru_cache(maxsize=1)
def load_entered() -> dict[str, Any]:
    """Read which nodes on an outline let a visitor in: `entrance` (ranked lists), `gate`, `shut`."""
    return dict(_read()["entered"])


@lru_cache(maxsize=1)
def load_open_space_rule() -> OpenSpaceRule:
    """Read the rule of what is not public open space."""
    row = _read()["open_space"]
    return OpenSpaceRule(
        exclude=tuple(Clause.of({"when": when}, row["evidence"]) for when in row["exclude"]),
        grounds=Clause.of({"when": row["grounds"]}, row["evidence"]),
        linear_area_m2=float(row["linear_area_m2"]),
        linear_roundness=float(row["linear_roundness"]),
        evidence=row["evidence"],
    )


def residents_per_place() -> float:
    """Read for how many residents, at the most, a surveyed map has one place of a kind."""
    return float(_read()["survey"]["residents_per_place"])


def kind_names() -> dict[str, str]:
    """Map what a person may write for a kind (key, Chinese and English name, aliases; lower case) to its key."""
    names: dict[str, str] = {}
    for kind in load_kinds().values():
        for name in (kind.key, kind.zh, kind.en, *kind.aliases):
            names.setdefault(name.casefold(), kind.key)
    return names


class ClauseIndex:
    """Clauses by the first tag each wants, so that few are tried on a feature."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._by_value: dict[tuple[str, str], list[int]] = {}
        self._by_key: dict[str, list[int]] = {}
        self._keys: set[str] = set()
        for number, clause in enumerate(clauses):
            key, value = next(iter(clause.written["when"].items()))
            values = [value] if isinstance(value, str) else value
            self._keys.add(key)
            if any(text[0] in "*~$" for text in values):
                self._by_key.setdefault(key, []).append(number)
                continue
            for text in values:
                self._by_value.setdefault((key, text), []).append(number)

    def matching(self, tags: Tags) -> list[int]:
        """Find the clauses that match `tags`: ascending numbers."""
        tried: set[int] = set()
        for key in self._keys & tags.keys():
            tried.update(self._by_key.get(key, ()))
            for value in tags[key].split(";"):
                tried.update(self._by_value.get((key, value.strip()), ()))
        return sorted(number for number in tried if self._clauses[number].matches(tags))


class Matcher:
    """Finds the kinds of a feature from its tags."""

    def __init__(self) -> None:
        self._never = Clause.of(_read()["never"])
        pairs = [
            (index, clause) for index, kind in enumerate(load_kinds().values()) for clause in kind.clauses
        ]
        self._kind, self._clauses = zip(*pairs, strict=True)
        self._index = ClauseIndex(self._clauses)

    def kinds(self, tags: Tags) -> dict[int, bool]:
        """Index of each kind that `tags` are of → whether the tags settle it (False: an `unsure` clause only)."""
        found: dict[int, bool] = {}
        for number in self._index.matching(tags):
            kind = self._kind[number]
            found[kind] = found.get(kind, False) or not self._clauses[number].unsure
        if found and not self._never.matches(tags):
            return {}
        return found
