"""Reads about other systems that more than one caller needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_scopes import scope

from linli.desk.common import tokens
from linli.desk.common.models import Message, MessageState
from linli.desk.partners.models import ApiKey, OpenTerms, Webhook
from linli.desk.people.actors import Actor

if TYPE_CHECKING:
    from linli.desk.places.models import Community

LICENCE_ADDRESSES = {
    OpenTerms.Licence.CC0.value: "https://creativecommons.org/publicdomain/zero/1.0/",
    OpenTerms.Licence.CC_BY.value: "https://creativecommons.org/licenses/by/4.0/",
    OpenTerms.Licence.ODBL.value: "https://opendatacommons.org/licenses/odbl/1-0/",
}


def key_digest(secret: str) -> str:
    """Return what is kept of a key."""
    return tokens.digest(secret, "api_key")


def api_key_of(*, community: Community, secret: str) -> ApiKey | None:
    """Find the key in force that somebody has shown; another community's is none here."""
    if not secret:
        return None
    with scope(community=community):
        return ApiKey.objects.filter(community=community, digest=key_digest(secret), revoked_at=None).first()


def machine(api_key: ApiKey, community: Community) -> Actor:
    """Make the actor that a key is: of no account and no role."""
    return Actor(
        key=api_key.key, account=None, community=community, roles=frozenset(), grid_ids=frozenset(), name=api_key.name
    )  # fmt: skip


def keys_of(community: Community) -> list[ApiKey]:
    """List the keys in force, the newest first."""
    return list(ApiKey.objects.filter(community=community, revoked_at=None).order_by("-pk"))


def webhooks_of(community: Community) -> list[Webhook]:
    """List the webhooks that are not removed, the newest first."""
    rows = Webhook.objects.filter(community=community, removed_at=None).select_related("api_key")
    return list(rows.order_by("-pk"))


def webhook_of(community: Community, pk: int) -> Webhook | None:
    """Find a webhook that is not removed."""
    rows = Webhook.objects.filter(community=community, removed_at=None).select_related("community")
    return rows.filter(pk=pk).first()


def deliveries_of(webhook: Webhook, *, limit: int = 20) -> list[Message]:
    """List what was last sent to a webhook or waits to be, the newest first."""
    rows = Message.objects.filter(community=webhook.community_id, about=webhook.key)
    return list(rows.defer("to", "title", "text").order_by("-pk")[:limit])


def dead_delivery(webhook: Webhook, pk: int) -> Message | None:
    """Find a delivery that was given up."""
    rows = Message.objects.filter(community=webhook.community_id, about=webhook.key)
    return rows.filter(pk=pk, state=MessageState.DEAD).first()


def licence_of(community: Community) -> str:
    """Return the licence of a community's open data; empty where none is stated."""
    with scope(community=community):
        row = OpenTerms.objects.filter(community=community).first()
    return "" if row is None else row.licence
