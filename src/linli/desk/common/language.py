"""Names that stand in both languages, in the reader's."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import get_language


class Named(Protocol):
    """What has a name in each language; one of them may be empty."""

    name_zh: str
    name_en: str


def in_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "").startswith("zh")


def of_two(zh: str, en: str) -> str:
    """Take the one in the reader's language, or the other where that is empty."""
    return (zh or en) if in_chinese() else (en or zh)


def name_in(thing: Named) -> str:
    """Give a name in the reader's language."""
    return of_two(thing.name_zh, thing.name_en)
