from __future__ import annotations

import stat

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django_scopes import scope

from linli.desk.common import keys, outbox
from linli.desk.common.models import Message
from linli.desk.places.models import Community

pytestmark = pytest.mark.django_db


def put(community: Community, **more: str) -> Message:
    with transaction.atomic():
        return outbox.put(
            **{"community": community, "topic": "matter.received", "channel": "sms", "to": "13800001234",
               "title": "收到了", "text": "楼道灯坏了", **more}
        )  # fmt: skip


def stored() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to", title, text FROM common_message')
        return cursor.fetchone()


def test_encrypted_text_is_read_back_and_never_stored_plain(bridge: Community) -> None:
    message = put(bridge, title="")
    to, title, text = stored()
    assert to.startswith("k1:gAAAA")
    assert title == ""
    assert "楼道" not in text
    assert text.startswith("k1:")
    message.refresh_from_db()
    assert (message.to, message.title, message.text) == ("13800001234", "", "楼道灯坏了")


def test_encrypted_text_is_encrypted_by_update_and_bulk(bridge: Community) -> None:
    message = put(bridge)
    with scope(community=bridge):
        Message.objects.filter(pk=message.pk).update(text="甲")
        assert stored()[2].startswith("k1:")
        assert Message.objects.get().text == "甲"
        message.text = "乙"
        Message.objects.bulk_update([message], ["text"])
        assert stored()[2].startswith("k1:")
        assert Message.objects.get().text == "乙"
        assert Message.objects.values_list("text", flat=True).get() == "乙"


def test_encrypted_text_cannot_be_searched(bridge: Community) -> None:
    put(bridge)
    with scope(community=bridge):
        with pytest.raises(FieldError, match="cannot be searched"):
            Message.objects.filter(to="13800001234").exists()
        assert Message.objects.exclude(to="").count() == 1


def test_encrypted_text_that_was_changed_or_whose_key_is_gone_is_not_read(bridge: Community) -> None:
    message = put(bridge)
    token = stored()[0]
    for broken in (token[:-4] + "AAAA", "k9" + token[2:]):
        with connection.cursor() as cursor:
            cursor.execute('UPDATE common_message SET "to" = %s', [broken])
        with pytest.raises(keys.FieldKeyError):
            message.refresh_from_db()


def test_keys_are_readable_by_their_owner_only() -> None:
    keys.ring()
    assert stat.S_IMODE(keys.path().stat().st_mode) == 0o600
