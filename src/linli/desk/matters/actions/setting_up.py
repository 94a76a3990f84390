"""What a community decides beforehand: categories, rules of routing, the ladder, templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.common.locks import lock
from linli.desk.matters import seed
from linli.desk.matters.models import Category

if TYPE_CHECKING:
    from linli.desk.places.models import Community


def seed_matters(*, community: Community) -> int:
    """Give a community the categories it begins with; return how many. One that has any is left as it is."""
    with scope(community=community), transaction.atomic():
        lock(community)
        if Category.objects.exists():
            return 0
        made = Category.objects.bulk_create(
            [Category(community=community, **fields) for fields in seed.categories()]
        )
        ledger.append(
            community=community, event="categories.seeded", by="system", data={"categories": len(made)}
        )
        return len(made)
