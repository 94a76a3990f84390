"""Every write about other systems: keys, webhooks, the terms of open data."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, ledger, outbox, tokens
from linli.desk.common.locks import lock
from linli.desk.common.models import Channel, LedgerHead
from linli.desk.common.receipts import once
from linli.desk.partners import outgoing, telling
from linli.desk.partners.models import ApiKey, OpenTerms, Webhook
from linli.desk.partners.queries import dead_delivery, key_digest
from linli.desk.people.access import AbsentError, require
from linli.desk.people.errors import RefusedError

if TYPE_CHECKING:
    import uuid

    from linli.desk.people.actors import Actor

__all__ = [
    "change_secret",
    "disable_webhook",
    "enable_webhook",
    "make_key",
    "make_webhook",
    "note_use",
    "remove_webhook",
    "retry_delivery",
    "revoke_key",
    "set_terms",
    "try_webhook",
]

KEY_PREFIX = "linli_"
SECRET_PREFIX = "whsec_"  # noqa: S105 -- a mark, no secret
# How long a secret that was changed still signs beside the new one: our own choice.
OLD_SECRET_HOLDS = dt.timedelta(hours=24)
# To the hour is enough, and spares a write at every request.
_USE_IS_NOTED_EVERY = dt.timedelta(hours=1)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise RefusedError(_("Give it a name by which you know it again, up to 60 letters."))
    return name


def _once(by: Actor, key: uuid.UUID | None, verb: str, make: Callable[[], Any]) -> Any:
    require(by, "partners.change")
    with scope(community=by.community), transaction.atomic():
        lock(f"partners:{by.community.pk}")
        return once(community=by.community, key=key, verb=verb, make=make)


def make_key(*, by: Actor, name: str, scope: str, key: uuid.UUID | None = None) -> tuple[ApiKey, str]:
    """Make a key for another system; give it with its secret, which nobody can be told a second time.

    The same request again gives the key without its secret: whoever lost the answer revokes it and makes another.

    Raises
    ------
    RefusedError
        It has no name, or the scope is none.
    """
    name = _named(name)
    if scope not in ApiKey.Scope.values:
        raise RefusedError(_("Choose what the key may do."))

    secret = ""

    def make() -> dict[str, Any]:
        nonlocal secret
        secret = KEY_PREFIX + tokens.api_secret()
        row = ApiKey.objects.create(
            community=by.community, name=name, digest=key_digest(secret), hint=secret[-4:], scope=scope,
            made_at=clock.now(),
        )  # fmt: skip
        _record("api_key.made", by, f"api_key:{row.pk}", scope=scope)
        return {"key": row.pk}

    made = _once(by, key, "partners.make_key", make)
    return _key(by, made["key"]), secret


def _key(by: Actor, pk: int) -> ApiKey:
    with scope(community=by.community):
        return ApiKey.objects.get(pk=pk)


def revoke_key(*, by: Actor, api_key: ApiKey, key: uuid.UUID | None = None) -> None:
    """Let a key hold no longer, from this moment on; the webhooks that went with it tell of public matters only."""
    require(by, "partners.change", api_key)

    def make() -> dict[str, Any]:
        standing = ApiKey.objects.filter(pk=api_key.pk, revoked_at=None)
        if standing.update(revoked_at=clock.now()):
            Webhook.objects.filter(api_key=api_key.pk).update(api_key=None)
            _record("api_key.revoked", by, f"api_key:{api_key.pk}")
        return {}

    _once(by, key, f"partners.revoke_key:{api_key.pk}", make)


def note_use(*, api_key: ApiKey) -> None:
    """Keep when a key was last used, to the hour."""
    now = clock.now()
    if api_key.last_used_at is None or api_key.last_used_at < now - _USE_IS_NOTED_EVERY:
        with scope(community=api_key.community_id):
            ApiKey.objects.filter(pk=api_key.pk).update(last_used_at=now)


def make_webhook(
    *,
    by: Actor,
    name: str,
    url: str,
    events: Sequence[str],
    api_key: ApiKey | None = None,
    key: uuid.UUID | None = None,
) -> Webhook:
    """Have an address told of what happens from now on.

    Raises
    ------
    RefusedError
        The address may not be asked, or no event is chosen.
    """
    name, url = _named(name), url.strip()
    if api_key is not None:
        require(by, "partners.change", api_key)
    try:
        outgoing.check_url(url)
    except outgoing.RefusedAddressError as error:
        raise RefusedError(str(error)) from error
    wanted = sorted(set(events))
    if not wanted or not set(wanted) <= set(telling.events()):
        raise RefusedError(_("Choose at least one thing to be told of."))

    def make() -> dict[str, Any]:
        lock(by.community)
        head = LedgerHead.objects.filter(pk=by.community.pk).first()
        row = Webhook.objects.create(
            community=by.community, name=name, url=url, events=wanted, api_key=api_key, secret=_secret(),
            position=head.number if head is not None else 0, made_at=clock.now(),
        )  # fmt: skip
        _record("webhook.made", by, row.key, events=wanted)
        return {"webhook": row.pk}

    made = _once(by, key, "partners.make_webhook", make)
    return _webhook(by, made["webhook"])


def _webhook(by: Actor, pk: int) -> Webhook:
    with scope(community=by.community):
        return Webhook.objects.select_related("community", "api_key").get(pk=pk)


def _secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _change(by: Actor, webhook: Webhook, key: uuid.UUID | None, verb: str, **fields: Any) -> None:
    require(by, "partners.change", webhook)

    def make() -> dict[str, Any]:
        lock(webhook)
        rows = Webhook.objects.filter(pk=webhook.pk, removed_at=None)
        if rows.update(**fields):
            _record(f"webhook.{verb}", by, webhook.key)
        return {}

    _once(by, key, f"partners.webhook_{verb}:{webhook.pk}", make)


def enable_webhook(*, by: Actor, webhook: Webhook, key: uuid.UUID | None = None) -> None:
    """Tell it again, beginning with what it has missed."""
    _change(by, webhook, key, "enabled", enabled=True, disabled_because="")


def disable_webhook(*, by: Actor, webhook: Webhook, key: uuid.UUID | None = None) -> None:
    """Tell it nothing until it is enabled again."""
    _change(by, webhook, key, "disabled", enabled=False, disabled_because="person")


def remove_webhook(*, by: Actor, webhook: Webhook, key: uuid.UUID | None = None) -> None:
    """Have done with it; its address and secret are forgotten, and what has not gone out is not sent any more."""
    with transaction.atomic():
        _change(
            by, webhook, key, "removed", removed_at=clock.now(), enabled=False, url="", secret="", old_secret="",
            old_secret_until=None,
        )  # fmt: skip
        outbox.erase(community=by.community, about=[webhook.key])


def change_secret(*, by: Actor, webhook: Webhook, key: uuid.UUID | None = None) -> Webhook:
    """Sign with a new secret; for a day with the old one too, so that the other side can take its time."""
    _change(
        by, webhook, key, "secret_changed", secret=_secret(), old_secret=webhook.secret,
        old_secret_until=clock.now() + OLD_SECRET_HOLDS,
    )  # fmt: skip
    return _webhook(by, webhook.pk)


def try_webhook(*, by: Actor, webhook: Webhook, key: uuid.UUID | None = None) -> None:
    """Send it a message that tells of nothing."""
    require(by, "partners.change", webhook)

    def make() -> dict[str, Any]:
        body = telling.body("webhook.tested", clock.now(), {"community": by.community.slug})
        outbox.put(
            community=by.community, topic="webhook.tested", channel=Channel.WEBHOOK, to=str(webhook.pk),
            title="webhook.tested", text=body, about=webhook.key,
        )  # fmt: skip
        return {}

    _once(by, key, f"partners.try_webhook:{webhook.pk}", make)


def retry_delivery(*, by: Actor, webhook: Webhook, delivery: int, key: uuid.UUID | None = None) -> None:
    """Send again what was given up.

    Raises
    ------
    AbsentError
        There is no such delivery, or it was not given up.
    """
    require(by, "partners.change", webhook)

    def make() -> dict[str, Any]:
        message = dead_delivery(webhook, delivery)
        if message is None or not outbox.retry(message=message, by=by.key):
            raise AbsentError(delivery)
        return {}

    _once(by, key, f"partners.retry:{webhook.pk}:{delivery}", make)


def set_terms(*, by: Actor, licence: str, key: uuid.UUID | None = None) -> None:
    """Say on what terms others may use the open data.

    Raises
    ------
    RefusedError
        The licence is none that can be chosen.
    """
    if licence not in OpenTerms.Licence.values:
        raise RefusedError(_("Choose one of the licences."))

    def make() -> dict[str, Any]:
        OpenTerms.objects.update_or_create(community=by.community, defaults={"licence": licence})
        _record("open_terms.set", by, "", licence=licence)
        return {}

    _once(by, key, "partners.set_terms", make)


def _record(event: str, by: Actor, about: str, **data: Any) -> None:
    ledger.append(community=by.community, event=event, by=by.key, about=about, data=data)
