"""Webhooks after Standard Webhooks 1.0: how a message is signed, and how it goes out."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http
import http.client
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django_scopes import scope

from linli.desk.common import channels, clock, ledger
from linli.desk.common.models import Channel
from linli.desk.partners import outgoing
from linli.desk.partners.models import Webhook

if TYPE_CHECKING:
    from linli.desk.common.models import Message


def signature(*, secrets: Sequence[str], message_id: str, at: dt.datetime, body: bytes) -> str:
    """Sign a message with each secret: `v1,…` for each, divided by spaces."""
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    made = []
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        made.append("v1," + base64.b64encode(digest).decode())
    return " ".join(made)


@channels.carrier(Channel.WEBHOOK)
def deliver(message: Message) -> None:
    """Send one message to its webhook, and return once that has taken it.

    Raises
    ------
    NotDeliveredError
    """
    with scope(community=message.community_id):
        row = Webhook.objects.filter(pk=int(message.to), removed_at=None).select_related("community").first()
    if row is None or not row.enabled:
        raise channels.NotDeliveredError("the webhook is removed or off")
    now, body, message_id = clock.now(), message.text.encode(), str(message.key)
    headers = {
        "Content-Type": "application/json",
        # The same at every attempt: by it the other side knows what it has already.
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(secrets=row.secrets_at(now), message_id=message_id, at=now, body=body),
    }
    try:
        with translation.override("en"):
            status = outgoing.post(row.url, body=body, headers=headers)
    except outgoing.RefusedAddressError as error:
        raise channels.NotDeliveredError(str(error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise channels.NotDeliveredError(f"not reached: {type(error).__name__}") from error
    if status == http.HTTPStatus.GONE:
        _end(row)
    if not 200 <= status < 300:
        raise channels.NotDeliveredError(f"answered {status}")


def _end(row: Webhook) -> None:
    """Tell no more whoever answers "gone", which is how the other side asks for it."""
    with scope(community=row.community_id), transaction.atomic():
        rows = Webhook.objects.filter(pk=row.pk, enabled=True)
        if rows.update(enabled=False, disabled_because="gone"):
            ledger.append(community=row.community, event="webhook.disabled", by="system", about=row.key)
