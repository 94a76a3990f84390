"""Finding things by words, pairs of Han characters, pinyin and initials; on SQLite (FTS5) and PostgreSQL (GIN) alike.

The index follows the table by itself: by triggers on SQLite, by an index on an expression on PostgreSQL (`search_index.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django_scopes import scope

from linli.desk.common import traces
from linli.desk.common.models_extras import SearchEntry
from linli.desk.common.search_words import Alternatives, tokens_of, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

# `d` is in no other token: a document of a community, of a kind.
_SQLITE = """
SELECT e.object_id FROM common_search_fts f JOIN common_searchentry e ON e.id = f.rowid
WHERE common_search_fts MATCH %s AND e.community_id = %s AND e.kind = %s
ORDER BY bm25(common_search_fts), e.object_id DESC LIMIT %s
"""
_POSTGRESQL = """
SELECT object_id FROM common_searchentry
WHERE to_tsvector('simple', tokens) @@ to_tsquery('simple', %s) AND community_id = %s AND kind = %s
ORDER BY ts_rank(to_tsvector('simple', tokens), to_tsquery('simple', %s), 2) DESC, object_id DESC LIMIT %s
"""


def put(*, community: Model, kind: str, object_id: int, text: str | Iterable[str]) -> None:
    """Have a thing found by a text, or by several, instead of by what it was found by before."""
    texts = [text] if isinstance(text, str) else list(text)
    tokens = [_of(community, kind), *(token for one in texts for token in tokens_of(one))]
    with scope(community=community):
        SearchEntry.objects.update_or_create(
            community_id=community.pk, kind=kind, object_id=object_id, defaults={"tokens": " ".join(tokens)}
        )


def remove(*, community: Model, kind: str, object_id: int) -> None:
    """Have a thing found no more."""
    with scope(community=community):
        SearchEntry.objects.filter(kind=kind, object_id=object_id).delete()


def forget() -> None:
    """Take what was removed out of the index's files too: after an erasure, where nothing may be left to read."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO common_search_fts(common_search_fts) VALUES ('optimize')")
        transaction.on_commit(traces.fold)


def find(*, community: Model, kind: str, words: str, limit: int = 200) -> list[int]:
    """Find things by words, every one of which must be there; the best first, the newest of the equally good."""
    groups = wanted(words)
    if not groups:
        return []
    ours = [(_of(community, kind),), *groups]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_SQLITE, [_fts5(ours), community.pk, kind, limit])
        else:
            # Ranked by the words alone: by nearness, the mark of the community would count as one of them.
            cursor.execute(_POSTGRESQL, [_tsquery(ours), community.pk, kind, _tsquery(groups), limit])
        return [row[0] for row in cursor.fetchall()]


def _of(community: Model, kind: str) -> str:
    return f"d{community.pk}k{''.join(letter for letter in kind.lower() if letter.isalnum())}"


def _fts5(groups: list[Alternatives]) -> str:
    return " AND ".join(f"({' OR '.join(group)})" for group in groups)


def _tsquery(groups: list[Alternatives]) -> str:
    return " & ".join(f"({' | '.join(group)})" for group in groups).replace("*", ":*")
