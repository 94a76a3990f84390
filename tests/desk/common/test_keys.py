from __future__ import annotations

import pytest
from django.db import connection, transaction
from django_scopes import scope

from linli.desk.common import keys, outbox
from linli.desk.common.models import Message
from linli.desk.places.models import Community
from linli.engine.errors import InputError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]


def put(community: Community, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            outbox.put(
                community=community,
                topic="matter.received",
                channel="sms",
                to=str(number),
                title="",
                text="甲",
            )


def names_stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to" FROM common_message ORDER BY id')
        return [stored.partition(":")[0] for (stored,) in cursor.fetchall()]


def test_rotate_encrypts_everything_again(bridge: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_BATCH", 3)
    put(bridge, 7)
    assert keys.rotate() == 14
    assert set(names_stored()) == {"k2"}
    assert list(keys.ring().keys) == ["k1", "k2"]
    with scope(community=bridge):
        assert [message.to for message in Message.objects.order_by("pk")] == list("0123456")
    put(bridge, 1)
    assert names_stored()[-1] == "k2"


def test_rotate_drops_keys_that_nothing_needs(bridge: Community) -> None:
    put(bridge, 1)
    keys.rotate()
    assert keys.rotate() == 2
    assert list(keys.ring().keys) == ["k2", "k3"]
    with scope(community=bridge):
        assert Message.objects.get().text == "甲"


def test_rotate_cut_off_in_its_middle_is_made_whole_by_the_next(
    bridge: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bridge, 2)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "columns", list)  # killed after the key was made, before any column
        keys.rotate()
    put(bridge, 1)
    assert names_stored() == ["k1", "k1", "k2"]
    assert keys.rotate() == 6
    assert list(keys.ring().keys) == ["k2", "k3"]
    assert set(names_stored()) == {"k3"}


def test_every_encrypted_column_is_known(bridge: Community) -> None:
    found = {(column.table.strip('"'), column.name.strip('"')) for column in keys.columns()}
    assert {
        ("common_message", "to"),
        ("common_message", "title"),
        ("common_message", "text"),
        ("common_gateway", "url"),
        ("common_receipt", "result"),
    } <= found


@pytest.mark.parametrize("text", ["", "k1 short\n", "k1\n"])
def test_keys_that_are_none_are_refused(text: str) -> None:
    keys.path().write_text(text)
    with pytest.raises(InputError, match="restore the file from a backup"):
        keys.ring()
