"""Fill a district, look at its pages as somebody at a desk in it does, and at the same rows fetched by one statement."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402

from benchmarks import district  # noqa: E402
from benchmarks.figures import seconds  # noqa: E402
from linli.desk.common import search  # noqa: E402
from linli.desk.common.search_words import wanted  # noqa: E402
from linli.desk.matters.models import OPEN, Matter  # noqa: E402
from linli.desk.people.models import Account  # noqa: E402
from linli.desk.places.models import Community  # noqa: E402

# Words that one report in some ten holds.
SOUGHT = "电梯 老人"

_ROW = """
SELECT m.code, c.name_zh, m.words, g.name_zh, s.name_zh, m.place_words, m.state, m.reopened, m.solve_due_at, w.name, m.lon, m.lat
FROM matters_matter m JOIN matters_category c ON c.id = m.category_id LEFT JOIN places_grid g ON g.id = m.grid_id
LEFT JOIN places_spot s ON s.id = m.spot_id LEFT JOIN people_account w ON w.id = m.worker_id
"""
_OPEN = ", ".join(f"'{state.value}'" for state in OPEN)
_FOUND = {
    "sqlite": """SELECT e.object_id FROM common_search_fts f JOIN common_searchentry e ON e.id = f.rowid
        WHERE common_search_fts MATCH %s ORDER BY bm25(common_search_fts) LIMIT 200""",
    "postgresql": """SELECT object_id FROM common_searchentry
        WHERE to_tsvector('simple', tokens) @@ to_tsquery('simple', %s)
        ORDER BY ts_rank(to_tsvector('simple', tokens), to_tsquery('simple', %s), 2) DESC LIMIT 200""",
}
_INBOX = f"{_ROW} WHERE m.community_id = %s AND m.state IN ({_OPEN}) ORDER BY m.solve_due_at, m.id LIMIT 51"
_MAP = f"""{_ROW} WHERE m.community_id = %s AND m.public AND m.closed_at IS NULL AND m.state <> 'refused'
    ORDER BY m.received_at DESC LIMIT 31"""

Statement = tuple[str, Sequence[Any] | None]


def main() -> None:
    if not connection.introspection.table_names():
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        district.fill()
    setup_test_environment()
    logging.disable()
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(Account.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    here = Community.objects.get(slug="c0").pk
    looks: dict[str, tuple[str, Statement]] = {
        "inbox": ("/c/c0/desk/", (_INBOX, [here])),
        "search": (f"/c/c0/desk/?q={SOUGHT}", _searching(here)),
        "map": ("/c/c0/matters/", (_MAP, [here])),
    }
    with scopes_disabled():
        told: dict[str, Any] = {"matters": Matter.objects.count()}
    for name, (path, by_hand) in looks.items():
        # The map is everybody's: whoever looks at it has no account.
        reader = Client() if name == "map" else client
        asked = _asked(reader, path)
        spent = seconds(
            {
                "page": (partial(reader.get, path), 15),
                "asked": (partial(_run, asked), 30),
                "by hand": (partial(_run, [by_hand]), 30),
            }
        )
        told[name] = {"queries": len(asked), **spent}
    print(json.dumps(told))


def _searching(here: int) -> Statement:
    groups = wanted(SOUGHT)
    all_of = [(f"d{here}kmatter",), *groups]
    if connection.vendor == "sqlite":
        given = [here, search._fts5(all_of)]  # noqa: SLF001 -- the words as the index has them
    else:
        given = [here, search._tsquery(all_of), search._tsquery(groups)]  # noqa: SLF001 -- likewise
    found = f"m.id IN ({_FOUND[connection.vendor]})"
    order = "ORDER BY m.solve_due_at, m.id LIMIT 51"
    return f"{_ROW} WHERE m.community_id = %s AND m.state IN ({_OPEN}) AND {found} {order}", given


def _asked(client: Client, path: str) -> list[Statement]:
    """Note what a page asks of the database, once what is kept for a second is at hand."""
    asked: list[Statement] = []
    tries: list[list[Statement]] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    # On a busy machine the second may be over before the page is.
    for _ in range(5):
        asked.clear()
        with connection.execute_wrapper(note):
            answer = client.get(path)
        assert answer.status_code == 200, answer.status_code
        tries.append(list(asked))
    return min(tries, key=len)


def _run(statements: Sequence[Statement]) -> None:
    with connection.cursor() as cursor:
        for sql, given in statements:
            cursor.execute(sql, given)
            cursor.fetchall()


if __name__ == "__main__":
    main()
