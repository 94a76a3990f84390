"""What a community begins with: categories and their groups, read from `categories.toml`."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("categories.toml")


@functools.cache
def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def categories() -> list[dict[str, Any]]:
    """Fields of `Category` for each, in the file's order."""
    return [
        {
            "key": one["key"],
            "name_zh": one["zh"],
            "name_en": one["en"],
            "group": one["group"],
            "sort": number,
            "questions": one.get("questions", []),
            "emergency": one.get("emergency", ""),
            "sensitive": one.get("sensitive", False),
            "public": one.get("public", False),
            "respond_hours": one["respond_hours"],
            "solve_days": one["solve"]["days"],
            "solve_unit": one["solve"]["unit"],
            "may_lead": one.get("may_lead", True),
            "evidence": one["evidence"],
        }
        for number, one in enumerate(_read()["category"], start=1)
    ]


def groups() -> dict[str, dict[str, str]]:
    """Names of the groups: key to zh and en."""
    found: dict[str, dict[str, str]] = _read()["groups"]
    return found


def evidence(key: str) -> str:
    """Say where a deadline or an assignment comes from."""
    found: str = _read()["evidence"].get(key, key)
    return found
