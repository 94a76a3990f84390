from __future__ import annotations

import uuid

import pytest
from django.db import connection, transaction
from django_scopes import scope, scopes_disabled

from linli.desk.common import receipts
from linli.desk.common.models import Receipt
from linli.desk.places.models import Community
from tests.desk.clock import frozen

pytestmark = pytest.mark.django_db
KEY = uuid.UUID(int=1)


def ask(
    community: Community, made: list[int], *, key: uuid.UUID | None = KEY, verb: str = "matter.received"
) -> object:
    def make() -> object:
        made.append(1)
        return {"matter": len(made), "code": "7KQ2-M4XN-9P", "tuple": (1, 2)}

    with transaction.atomic():
        return receipts.once(community=community, key=key, verb=verb, make=make)


def test_once_same_key_is_answered_the_same(bridge: Community) -> None:
    made: list[int] = []
    first = ask(bridge, made)
    assert first == {"matter": 1, "code": "7KQ2-M4XN-9P", "tuple": [1, 2]}
    assert ask(bridge, made) == first
    assert made == [1]


def test_once_another_key_or_community_or_none_is_another_request(bridge: Community, mill: Community) -> None:
    made: list[int] = []
    ask(bridge, made)
    ask(mill, made)
    ask(bridge, made, key=uuid.UUID(int=2))
    ask(bridge, made, key=None)
    ask(bridge, made, key=None)
    assert len(made) == 5


def test_once_same_key_for_another_verb_is_refused(bridge: Community) -> None:
    made: list[int] = []
    ask(bridge, made)
    with pytest.raises(receipts.ReusedKeyError):
        ask(bridge, made, verb="matter.closed")
    assert made == [1]


def test_once_that_failed_may_be_tried_again(bridge: Community) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        receipts.once(community=bridge, key=KEY, verb="matter.received", make=lambda: 1 / 0)
    assert ask(bridge, []) is not None


def test_receipt_keeps_the_answer_encrypted(bridge: Community) -> None:
    ask(bridge, [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT result FROM common_receipt")
        assert cursor.fetchone()[0].startswith("k1:")
    with scope(community=bridge):
        assert Receipt.objects.get().result["code"] == "7KQ2-M4XN-9P"


def test_receipts_are_forgotten_after_a_season(bridge: Community) -> None:
    with frozen() as time, scopes_disabled():
        ask(bridge, [])
        time.move(days=receipts.KEPT_DAYS)
        assert receipts.forget() == 0
        time.move(seconds=1)
        assert receipts.forget() == 1
