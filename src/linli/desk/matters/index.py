"""What of a matter can be searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linli.desk.common import search

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.places.models import Community

KIND = "matter"


def put(matter: Matter) -> None:
    """Index a matter anew: its number, category, words and place; no name and no number of a person."""
    parts = [matter.code, matter.category.name_zh, matter.category.name_en, matter.words, matter.place_words]
    search.put(community=matter.community, kind=KIND, object_id=matter.pk, text="\n".join(parts))


def remove(matter: Matter) -> None:
    """Take it out."""
    search.remove(community=matter.community, kind=KIND, object_id=matter.pk)


def forget() -> None:
    """Leave nothing to read of what was taken out."""
    search.forget()


def find(*, community: Community, words: str, limit: int = 200) -> list[int]:
    """Ids of matters by relevance."""
    return search.find(community=community, kind=KIND, words=words, limit=limit)
