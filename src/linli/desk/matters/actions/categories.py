"""What the community's matters are about, as it decides itself: names, questions, deadlines, order."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters import questions, seed
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Category
from linli.desk.people.access import require

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from linli.desk.people.actors import Actor

EMERGENCIES = ("", "police", "fire", "ambulance", "traffic")
#: Evidence of a number that nobody has taken from a rule; see `seed.evidence`.
OWN = "own"
LONGEST_DAYS, LONGEST_HOURS = 366, 24 * 60


@dataclasses.dataclass(frozen=True)
class CategoryFacts:
    """What is decided about a category."""

    name_zh: str
    name_en: str
    group: str
    respond_hours: int | None
    solve_days: int
    solve_unit: str
    emergency: str = ""
    sensitive: bool = False
    public: bool = False
    may_lead: bool = True
    questions: tuple[dict[str, Any], ...] = ()
    # Which rule the deadlines are taken from; empty: as it was, or our own choice where they are others now.
    source: str = ""
    # Somebody has held the deadlines against the official text.
    checked: bool = False


def make_category(*, by: Actor, facts: CategoryFacts, key: uuid.UUID | None = None) -> Category:
    """Add a category at the end of the list.

    Raises
    ------
    RefusedError
        Something about it does not fit together; the message says what.
    """
    require(by, "matters.categories", by.community)
    return _once(by, "categories.make", key, lambda: _made(by, facts))


def _made(by: Actor, facts: CategoryFacts) -> Category:
    last = Category.objects.aggregate(last=Max("sort"))["last"] or 0
    row = Category(community=by.community, key=_free_key(facts), sort=last + 1, evidence=[OWN])
    _apply(row, facts)
    row.save(force_insert=True)
    _tell(row, by, "category.made")
    return row


def change_category(
    *, by: Actor, category: Category, facts: CategoryFacts, key: uuid.UUID | None = None
) -> Category:
    """Decide anew about a category. What runs already keeps the deadline that was told.

    Raises
    ------
    RefusedError
        Something about it does not fit together; the message says what.
    """
    require(by, "matters.categories", category)

    def make() -> Category:
        row = Category.objects.get(pk=category.pk)
        _apply(row, facts)
        row.save()
        _tell(row, by, "category.changed")
        return row

    return _once(by, f"categories.change:{category.pk}", key, make)


def retire_category(*, by: Actor, category: Category, key: uuid.UUID | None = None) -> Category:
    """Take a category out of use; what is in it stays in it.

    Raises
    ------
    RefusedError
        It is the last: nothing could be reported any more.
    """
    require(by, "matters.categories", category)

    def make() -> Category:
        row = Category.objects.get(pk=category.pk)
        if row.retired_at is None:
            if not Category.objects.filter(retired_at=None).exclude(pk=row.pk).exists():
                raise RefusedError(_("One category has to stay: without any, nothing can be reported."))
            row.retired_at = clock.now()
            row.save(update_fields=["retired_at"])
            _tell(row, by, "category.retired")
        return row

    return _once(by, f"categories.retire:{category.pk}", key, make)


def restore_category(*, by: Actor, category: Category, key: uuid.UUID | None = None) -> Category:
    """Take a category into use again."""
    require(by, "matters.categories", category)

    def make() -> Category:
        row = Category.objects.get(pk=category.pk)
        if row.retired_at is not None:
            row.retired_at = None
            row.save(update_fields=["retired_at"])
            _tell(row, by, "category.restored")
        return row

    return _once(by, f"categories.restore:{category.pk}", key, make)


def move_category(*, by: Actor, category: Category, up: bool, key: uuid.UUID | None = None) -> Category:
    """Let a category change places with the one before it, or after it, among those in use."""
    require(by, "matters.categories", category)

    def make() -> Category:
        in_use = list(Category.objects.filter(retired_at=None))
        at = next((index for index, one in enumerate(in_use) if one.pk == category.pk), None)
        other = None if at is None else at - 1 if up else at + 1
        if at is not None and other is not None and 0 <= other < len(in_use):
            in_use[at], in_use[other] = in_use[other], in_use[at]
            # Numbered anew: several may have stood at the same place.
            for number, one in enumerate(in_use, start=1):
                one.sort = number
            Category.objects.bulk_update(in_use, ["sort"])
            _tell(in_use[other], by, "category.moved")
        return Category.objects.get(pk=category.pk)

    return _once(by, f"categories.move:{category.pk}:{'up' if up else 'down'}", key, make)


def _once(by: Actor, verb: str, key: uuid.UUID | None, make: Callable[[], Category]) -> Category:
    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        done = once(community=by.community, key=key, verb=verb, make=lambda: {"category": make().pk})
        return Category.objects.get(pk=done["category"])


def _apply(row: Category, facts: CategoryFacts) -> None:
    _check(facts)
    timed = (row.respond_hours, row.solve_days, row.solve_unit)
    row.name_zh, row.name_en = facts.name_zh.strip(), facts.name_en.strip()
    row.group, row.emergency = facts.group, facts.emergency
    row.sensitive, row.public, row.may_lead = facts.sensitive, facts.public, facts.may_lead
    row.questions = questions.well_formed(facts.questions)
    row.respond_hours, row.solve_days, row.solve_unit = (
        facts.respond_hours, facts.solve_days, facts.solve_unit,
    )  # fmt: skip
    changed = row.pk is not None and timed != (row.respond_hours, row.solve_days, row.solve_unit)
    source = " ".join(facts.source.split())[:200]
    evidence = [source] if source else [OWN] if changed else row.evidence
    if facts.checked and OWN in evidence:
        raise RefusedError(_("Say which rule the times are taken from; our own choice cannot be checked."))
    known = row.verified_at if evidence == row.evidence and not changed else None
    row.evidence = evidence
    row.verified_at = (known or clock.now()) if facts.checked else None


def _check(facts: CategoryFacts) -> None:
    if not facts.name_zh.strip() and not facts.name_en.strip():
        raise RefusedError(_("Give it a name, in one language at least."))
    if facts.sensitive and facts.public:
        raise RefusedError(_("What is sensitive is never shown to everybody; choose one of the two."))
    if facts.group not in seed.groups() or facts.emergency not in EMERGENCIES:
        raise RefusedError(_("Choose from the list."))
    if facts.solve_unit not in Category.Unit.values or not 1 <= facts.solve_days <= LONGEST_DAYS:
        raise RefusedError(_("A matter has to be done in 1 to %(most)d days.") % {"most": LONGEST_DAYS})
    if facts.respond_hours is not None and not 1 <= facts.respond_hours <= LONGEST_HOURS:
        raise RefusedError(
            _("A first word has to come within 1 to %(most)d hours.") % {"most": LONGEST_HOURS}
        )


def _free_key(facts: CategoryFacts) -> str:
    wanted = slugify(facts.name_en)[:30] or "own"
    taken = set(Category.objects.values_list("key", flat=True))
    tries = [wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in tries if one not in taken)


def _tell(row: Category, by: Actor, event: str) -> None:
    data = {
        "key": row.key, "respond_hours": row.respond_hours, "solve_days": row.solve_days, "solve_unit": row.solve_unit,
        "sensitive": row.sensitive, "public": row.public, "verified": row.verified_at is not None, "sort": row.sort,
    }  # fmt: skip
    ledger.append(community=row.community, event=event, by=by.key, about=f"category:{row.pk}", data=data)
