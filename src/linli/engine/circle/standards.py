"""Standards of the life circle as data: each value with its evidence, edition, validity and jurisdiction.

The files lie in `standards/` (form: `standards/README.md`). Nothing here knows a threshold.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

Evidence = Literal["official", "seen", "unverified", "derived", "site"]
Obligation = Literal["required", "as_needed"]

FOLDER = Path(__file__).with_name("standards")

# What every output says beside a value: (简体中文, English).
EVIDENCE_NOTES: dict[str, tuple[str, str]] = {
    "official": ("已核对官方文本", "checked against the official text"),
    "seen": ("见于所列来源，非官方文本", "read in the source named, which is not the official text"),
    "unverified": ("参考值，未核对原文", "reference value, not checked against the official text"),
    "derived": ("邻里自行推算，非标准条文", "Linli's own choice or arithmetic, not a rule of the standard"),
    "site": ("本地自定", "set by the site itself"),
}
OBLIGATION_NOTES: dict[str, tuple[str, str]] = {
    "required": ("应配建", "shall be provided"),
    "as_needed": ("按需配建", "as needed"),
}
_WEAKEST_FIRST: tuple[Evidence, ...] = ("unverified", "derived", "seen", "site", "official")
_KEY = re.compile(r"[a-z0-9][a-z0-9_]*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A number of a standard and what stands behind it."""

    value: float
    evidence: Evidence
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """A floor or site area asked of one facility, in m²; an open end is None. Shown, never judged."""

    min_m2: float | None
    max_m2: float | None
    evidence: Evidence
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a standard asks to be within a walk: any of `kinds`, within `max_m` metres or `max_min` minutes.

    With neither threshold the rule is shown and gives no verdict; with no kinds it cannot be measured yet. Of `kinds`, the
    `extra_kinds` count where they are found, but that nobody surveyed one of them does not make the rule unknown.
    """

    key: str
    zh: str
    en: str
    kinds: tuple[str, ...]
    extra_kinds: tuple[str, ...]
    tier: str
    obligation: Obligation | None
    evidence: Evidence
    source: str
    max_m: Value | None
    max_min: Value | None
    min_area_ha: Value | None
    floor_m2: Size | None
    site_m2: Size | None
    note: str

    @property
    def threshold(self) -> Value | None:
        """The value a verdict rests on, in metres or in minutes."""
        return self.max_m or self.max_min

    @property
    def verdict_evidence(self) -> Evidence:
        """The weakest evidence among the values a verdict of this rule rests on."""
        marks = [value.evidence for value in (self.max_m, self.max_min, self.min_area_ha) if value]
        return min(marks or [self.evidence], key=_WEAKEST_FIRST.index)


@dataclass(frozen=True, slots=True)
class Score:
    """How many of these rules a home meets."""

    key: str
    zh: str
    en: str
    rules: tuple[str, ...]
    evidence: Evidence
    source: str


@dataclass(frozen=True, slots=True)
class Standard:
    """One edition of one standard; `effective_to` is None while it is in force."""

    key: str
    zh: str
    en: str
    edition: str
    jurisdiction: str
    effective_from: date
    effective_to: date | None
    dates_evidence: Evidence
    dates_source: str
    note_zh: str
    note_en: str
    sources: Mapping[str, str]
    rules: tuple[Rule, ...]
    scores: tuple[Score, ...]

    def rule(self, key: str) -> Rule:
        return next(rule for rule in self.rules if rule.key == key)


def shipped_standards() -> list[str]:
    """Keys of the standards that come with Linli, in the order of their file names."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_standard(name: str, *, kinds: Collection[str]) -> Standard:
    """Load the standard of that key, or of that `.toml` file.

    `kinds`: keys of the kinds of facility Linli knows; a rule may ask only for these.

    Raises
    ------
    InputError
        No such standard (the choices are named), or the file does not hold one; names file, rule, field and remedy.
    """
    if name in shipped_standards():
        return _read_standard(FOLDER / f"{name}.toml", kinds=kinds)
    if name.endswith(".toml"):
        return _read_standard(Path(name), kinds=kinds)
    raise InputError(
        f"--standard {name}: no such standard; choose of {', '.join(shipped_standards())}, or give a file ending in .toml"
    )


def load_standards(names: Iterable[str], *, kinds: Collection[str]) -> list[Standard]:
    """Load several in the order given; the same key twice is refused."""
    loaded = [load_standard(name, kinds=kinds) for name in names]
    keys = [standard.key for standard in loaded]
    for key in keys:
        if keys.count(key) > 1:
            raise InputError(
                f"--standard {key}: given twice; give each standard once, each with a key of its own"
            )
    return loaded


def _read_standard(path: Path, *, kinds: Collection[str]) -> Standard:
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: not TOML ({' '.join(str(error).split())}); see standards/README.md for the form"
        ) from error
    return _standard(_Table(path, "", data), kinds=kinds)


@dataclass(frozen=True)
class _Table:
    """A table of the file, with the place to name when something in it is wrong."""

    path: Path
    at: str
    data: Mapping[str, Any]

    def fail(self, field: str, problem: str, remedy: str) -> InputError:
        where = f"{self.at}, {field}" if self.at else field
        return InputError(f"{self.path}: {where}: {problem}; {remedy}")

    def only(self, *allowed: str) -> None:
        for field in self.data:
            if field not in allowed:
                raise self.fail(field, "not a field of this table", f"use one of {', '.join(allowed)}")

    def text(self, field: str, *, default: str | None = None) -> str:
        value = self.data.get(field, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail(field, f"{_found(value)}, not a text", f'write {field} = "…"')
        return value

    def key(self) -> str:
        value = self.text("key")
        if not _KEY.match(value):
            raise self.fail("key", f"“{value}” is not a key", "use letters, digits and _")
        return value

    def one_of(self, field: str, choices: Iterable[str]) -> Any:
        value = self.data.get(field)
        if value not in set(choices):
            raise self.fail(field, f"{_found(value)} is not a choice", f"write one of {', '.join(choices)}")
        return value

    def day(self, field: str, *, optional: bool = False) -> Any:
        value = self.data.get(field)
        if optional and value is None:
            return None
        if type(value) is not date:
            raise self.fail(
                field, f"{_found(value)}, not a date", f"write {field} = 2026-01-31, without quotes"
            )
        return value

    def number(self, field: str, *, optional: bool = False) -> Any:
        value = self.data.get(field)
        if optional and value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise self.fail(
                field,
                f"{_found(value)}, not a number above 0",
                f"write {field} = 500, without unit or quotes",
            )
        return float(value)

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.data.get(field)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(field, f"{_found(value)}, not a list of keys", f'write {field} = ["…", "…"]')
        return tuple(value)

    def table(self, field: str) -> _Table:
        value = self.data.get(field)
        if not isinstance(value, dict):
            raise self.fail(
                field, f"{_found(value)}, not a table", f"write {field} = {{ … }} as in standards/README.md"
            )
        return _Table(self.path, f"{self.at}, {field}" if self.at else field, value)

    def tables(self, field: str, noun: str) -> list[_Table]:
        value = self.data.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(
                field, f"{_found(value)}, not a list of tables", f"start each with a line [[{field}]]"
            )
        return [
            _Table(self.path, f"{noun} “{item.get('key', number)}”", item)
            for number, item in enumerate(value, 1)
        ]

    def backing(self, sources: Mapping[str, str]) -> dict[str, Any]:
        """Evidence, source and note; the source must be named in [sources]."""
        evidence = self.one_of("evidence", EVIDENCE_NOTES)
        source = self.text("source")
        if source not in sources:
            raise self.fail(
                "source", f"“{source}” is not in [sources]", "add it there and say where it can be read"
            )
        return {"evidence": evidence, "source": source}


def _found(value: object) -> str:
    return "missing" if value is None else f"“{value}”"


def _standard(top: _Table, *, kinds: Collection[str]) -> Standard:
    top.only("key", "zh", "en", "edition", "jurisdiction", "effective_from", "effective_to", "dates",
             "note_zh", "note_en", "sources", "rules", "scores")  # fmt: skip
    named = top.table("sources")
    sources = {key: named.text(key) for key in named.data}
    dates = top.table("dates").backing(sources)
    rules = tuple(_rule(table, sources=sources, kinds=kinds) for table in top.tables("rules", "rule"))
    if not rules:
        raise top.fail("rules", "there are none", "add at least one [[rules]] table")
    keys = [rule.key for rule in rules]
    for table, key in zip(top.tables("rules", "rule"), keys, strict=True):
        if keys.count(key) > 1:
            raise table.fail("key", "used by two rules", "give each rule a key of its own")
    effective_from, effective_to = top.day("effective_from"), top.day("effective_to", optional=True)
    if effective_to is not None and effective_to < effective_from:
        raise top.fail("effective_to", f"{effective_to} is before effective_from", "correct one of the dates")
    return Standard(
        key=top.key(), zh=top.text("zh"), en=top.text("en"), edition=top.text("edition"),
        jurisdiction=top.text("jurisdiction"), effective_from=effective_from, effective_to=effective_to,
        dates_evidence=dates["evidence"], dates_source=dates["source"],
        note_zh=top.text("note_zh", default=""), note_en=top.text("note_en", default=""), sources=sources, rules=rules,
        scores=tuple(_score(table, sources=sources, rules=keys) for table in top.tables("scores", "score")),
    )  # fmt: skip


def _rule(table: _Table, *, sources: Mapping[str, str], kinds: Collection[str]) -> Rule:
    table.only("key", "zh", "en", "kinds", "extra_kinds", "tier", "obligation", "evidence", "source", "max_m", "max_min",
               "min_area_ha", "floor_m2", "site_m2", "note")  # fmt: skip
    extra = table.texts("extra_kinds") if "extra_kinds" in table.data else ()
    asked = table.texts("kinds") + extra
    for kind in asked:
        if kind not in kinds:
            raise table.fail(
                "extra_kinds" if kind in extra else "kinds",
                f"“{kind}” is not a kind of facility",
                f"choose of {', '.join(sorted(kinds))}",
            )
    if "max_m" in table.data and "max_min" in table.data:
        raise table.fail(
            "max_min", "stands beside max_m", "a rule is in metres or in minutes: keep one, or make two rules"
        )
    return Rule(
        key=table.key(), zh=table.text("zh"), en=table.text("en"), kinds=asked, extra_kinds=extra, tier=table.text("tier", default=""),
        obligation=table.one_of("obligation", OBLIGATION_NOTES) if "obligation" in table.data else None,
        **table.backing(sources), note=table.text("note", default=""),
        max_m=_value(table, "max_m", sources), max_min=_value(table, "max_min", sources),
        min_area_ha=_value(table, "min_area_ha", sources),
        floor_m2=_size(table, "floor_m2", sources), site_m2=_size(table, "site_m2", sources),
    )  # fmt: skip


def _value(rule: _Table, field: str, sources: Mapping[str, str]) -> Value | None:
    if field not in rule.data:
        return None
    table = rule.table(field)
    table.only("value", "evidence", "source", "note")
    return Value(table.number("value"), **table.backing(sources), note=table.text("note", default=""))


def _size(rule: _Table, field: str, sources: Mapping[str, str]) -> Size | None:
    if field not in rule.data:
        return None
    table = rule.table(field)
    table.only("min", "max", "evidence", "source", "note")
    bounds = table.number("min", optional=True), table.number("max", optional=True)
    if bounds == (None, None):
        raise table.fail("min", "neither min nor max is given", "give one of them, in m²")
    return Size(*bounds, **table.backing(sources), note=table.text("note", default=""))


def _score(table: _Table, *, sources: Mapping[str, str], rules: Collection[str]) -> Score:
    table.only("key", "zh", "en", "rules", "evidence", "source")
    counted = table.texts("rules")
    for key in counted:
        if key not in rules:
            raise table.fail("rules", f"“{key}” is not a rule of this file", f"choose of {', '.join(rules)}")
    return Score(table.key(), table.text("zh"), table.text("en"), counted, **table.backing(sources))
