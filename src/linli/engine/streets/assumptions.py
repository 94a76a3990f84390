"""What is assumed where nobody has written it down, as values that travel with the results they enter."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

HOMES_FILE = Path(__file__).with_name("homes.toml")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumed value, with its unit, its names for a page and what speaks for it."""

    key: str
    value: float
    unit: str
    zh: str
    en: str
    evidence: str

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON-able values."""
        return asdict(self)


@lru_cache(maxsize=1)
def homes_table() -> dict[str, Any]:
    """Read `homes.toml`."""
    return tomllib.loads(HOMES_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def load_assumptions() -> dict[str, Assumption]:
    """Every assumption about homes by its key."""
    return {row["key"]: Assumption(**row) for row in homes_table()["assumption"]}


def assumed(key: str) -> float:
    """Look up the value of one assumption."""
    return float(load_assumptions()[key].value)
