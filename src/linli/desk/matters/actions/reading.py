"""Who has looked: what they were told is read; what was told in confidence was opened, for the resident to ask by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django_scopes import scope

from linli.desk.common import ledger, outbox
from linli.desk.people.access import require

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor


def note_reading(*, matter: Matter, by: Actor) -> None:
    """Take what somebody was told of a matter as read; keep that they opened a confidential or sensitive one."""
    require(by, "matters.see", matter)
    outbox.mark_read(community=matter.community, reader=by.key, about=matter.key)
    if not (matter.confidential or matter.category.sensitive):
        return
    with scope(community=matter.community), transaction.atomic():
        ledger.record_read(
            community=matter.community,
            by=by.key,
            about=matter.key,
            fields=["words", "answers", "steps", "uploads"],
        )
