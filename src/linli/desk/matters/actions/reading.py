"""Who looked at what was told in confidence: kept, for the resident to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.people.access import require

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor


def note_reading(*, matter: Matter, by: Actor) -> bool:
    """Keep that a member of the staff opened a confidential or sensitive matter; say whether it is one."""
    require(by, "matters.see", matter)
    if not (matter.confidential or matter.category.sensitive):
        return False
    with scope(community=matter.community), transaction.atomic():
        ledger.record_read(
            community=matter.community,
            by=by.key,
            about=matter.key,
            fields=["words", "answers", "steps", "uploads"],
        )
    return True
