"""What webhooks are told of matters: number, category, state. The other side asks for more, and gets what it may know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linli.desk.matters.models import Matter
from linli.desk.matters.openly import EVERYBODYS, REPORTERS
from linli.desk.partners import telling

if TYPE_CHECKING:
    from linli.desk.common.models import LedgerEntry
    from linli.desk.partners.models import Webhook


def describe_matter(entry: LedgerEntry, webhook: Webhook) -> dict[str, Any] | None:
    """Say of an entry about a matter what this webhook may know of it; nothing of what is not for it."""
    kind, _colon, pk = entry.about.partition(":")
    if kind != "matter" or not pk.isdecimal():
        return None
    matter = (
        Matter.objects.filter(pk=int(pk), anonymised_at=None).select_related("category", "community").first()
    )
    if matter is None:
        return None
    own = webhook.api_key is not None and matter.on_behalf_by == webhook.api_key.key
    if not own and not (matter.public and entry.event in EVERYBODYS):
        return None
    return {
        "community": matter.community.slug,
        "code": matter.code,
        "category": matter.category.key,
        "state": entry.data.get("to") or matter.state,
    }


def offer() -> None:
    """Let webhooks choose among what happens to matters."""
    verbs = EVERYBODYS | REPORTERS
    telling.offer({event: verb.label for event, verb in verbs.items()}, describe_matter)
