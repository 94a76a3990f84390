"""Webhooks follow the ledger: whatever it says after the last entry looked at becomes messages in the outbox."""

from __future__ import annotations

import logging
import uuid

from django.db import transaction
from django_scopes import scope, scopes_disabled

from linli.desk.common import outbox
from linli.desk.common.locks import lock
from linli.desk.common.models import Channel, LedgerEntry
from linli.desk.common.sweeps import sweep, without_words
from linli.desk.partners import telling
from linli.desk.partners.models import Webhook

_log = logging.getLogger(__name__)
_AT_ONCE = 200
# A message's key follows from webhook and entry, so that no entry is told twice.
_NAMES = uuid.UUID("6f0a3f4e-3f1c-4c55-9d0b-1f4f6b9d7a10")


@sweep("webhooks.follow", every_s=5)
def follow_ledgers() -> int:
    """Put what is new into the outbox; return how many messages. One webhook's trouble does not keep the others back."""
    with scopes_disabled():
        rows = list(Webhook.objects.filter(enabled=True, removed_at=None).select_related("community"))
    put = 0
    for row in rows:
        try:
            put += _follow(row)
        except Exception as error:  # noqa: BLE001 -- see above
            _log.error("webhook:%s failed: %s", row.pk, without_words(error))
    return put


def _follow(row: Webhook) -> int:
    with scope(community=row.community), transaction.atomic():
        lock(row)
        webhook = (
            Webhook.objects.filter(pk=row.pk, enabled=True, removed_at=None).select_related("api_key").first()
        )
        if webhook is None:
            return 0
        entries = list(LedgerEntry.objects.filter(number__gt=webhook.position).order_by("number")[:_AT_ONCE])
        if not entries:
            return 0
        told = [(entry, text) for entry in entries if (text := telling.told_of(entry, webhook)) is not None]
        for entry, text in told:
            outbox.put(
                community=row.community, topic=entry.event, channel=Channel.WEBHOOK, to=str(row.pk),
                title=entry.event, text=text, about=row.key,
                key=uuid.uuid5(_NAMES, f"{row.pk}:{entry.number}"),
            )  # fmt: skip
        Webhook.objects.filter(pk=row.pk).update(position=entries[-1].number)
        return len(told)
