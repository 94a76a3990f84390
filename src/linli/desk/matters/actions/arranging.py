"""What a community arranges beforehand: who is told when a matter is late, and texts that are written often."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import Verb
from linli.desk.matters.models import LadderRung, ReplyTemplate
from linli.desk.matters.telling import NO_CHANNEL
from linli.desk.people.access import require

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from linli.desk.matters.models import Category
    from linli.desk.people.actors import Actor

MOST_RUNGS, MOST_HOURS, MOST_TEMPLATES = 8, 400, 200


@dataclasses.dataclass(frozen=True)
class Rung:
    """Who is told, how many office hours they have before the next, and, of the street office, by what way."""

    who: str
    grace_hours: int
    channel: str = NO_CHANNEL
    to: str = ""


def set_ladder(*, by: Actor, rungs: Sequence[Rung], key: uuid.UUID | None = None) -> list[LadderRung]:
    """Set who is told, one after the other, of what is late; none: the usual four again.

    Raises
    ------
    RefusedError
        A rung gives no time, or says no way to the street office.
    """
    require(by, "matters.ladder", by.community)
    if len(rungs) > MOST_RUNGS:
        raise RefusedError(_("At most %(most)d steps.") % {"most": MOST_RUNGS})
    for rung in rungs:
        _check(rung)

    def make() -> dict[str, Any]:
        LadderRung.objects.all().delete()
        LadderRung.objects.bulk_create(
            LadderRung(community=by.community, number=number, **dataclasses.asdict(rung))
            for number, rung in enumerate(rungs, start=1)
        )
        told = [[rung.who, rung.grace_hours, rung.channel] for rung in rungs]
        ledger.append(community=by.community, event="ladder.set", by=by.key, data={"rungs": told})
        return {"rungs": len(rungs)}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        once(community=by.community, key=key, verb="matters.set_ladder", make=make)
        return list(LadderRung.objects.all())


def _check(rung: Rung) -> None:
    if rung.who not in LadderRung.Told.values or not 1 <= rung.grace_hours <= MOST_HOURS:
        raise RefusedError(_("Give every step 1 to %(most)d office hours.") % {"most": MOST_HOURS})
    if (rung.channel == NO_CHANNEL) != (not rung.to.strip()):
        raise RefusedError(_("Give both the way to the street office and its number or address, or neither."))
    if rung.to.strip() and rung.who != LadderRung.Told.STREET:
        raise RefusedError(_("Only the street office is told outside the desk."))


def save_template(
    *,
    by: Actor,
    template: ReplyTemplate | None = None,
    name: str,
    verb: str = "",
    category: Category | None = None,
    text_zh: str = "",
    text_en: str = "",
    key: uuid.UUID | None = None,
) -> ReplyTemplate:
    """Keep a text that is written often, or change it.

    Raises
    ------
    RefusedError
        It has no text, or another has its name.
    """
    for thing in (by.community, template, category):
        if thing is not None:
            require(by, "matters.templates", thing)
    name = " ".join(name.split())[:60]
    if not name or not (text_zh.strip() or text_en.strip()):
        raise RefusedError(_("Give it a name, and a text in one language at least."))
    if verb and verb not in Verb.values:
        raise RefusedError(_("Choose from the list."))

    def make() -> dict[str, Any]:
        others = ReplyTemplate.objects.exclude(pk__in=[template.pk] if template is not None else [])
        if others.filter(name=name).exists():
            raise RefusedError(_("Another text has this name."))
        if template is None and others.count() >= MOST_TEMPLATES:
            raise RefusedError(_("There are very many texts already; take some out first."))
        row = ReplyTemplate.objects.get(pk=template.pk) if template is not None else ReplyTemplate()
        row.community, row.name, row.verb, row.category = by.community, name, verb, category
        row.text_zh, row.text_en = text_zh.strip(), text_en.strip()
        row.save()
        event = "template.changed" if template is not None else "template.made"
        ledger.append(community=by.community, event=event, by=by.key, about=f"template:{row.pk}")
        return {"template": row.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        wanted = f"templates.save:{template.pk if template is not None else 'new'}"
        made = once(community=by.community, key=key, verb=wanted, make=make)
        return ReplyTemplate.objects.get(pk=made["template"])


def drop_template(*, by: Actor, template: ReplyTemplate, key: uuid.UUID | None = None) -> None:
    """Take a text out."""
    require(by, "matters.templates", template)
    pk = template.pk

    def make() -> dict[str, Any]:
        if ReplyTemplate.objects.filter(pk=pk).delete()[0]:
            ledger.append(community=by.community, event="template.dropped", by=by.key, about=f"template:{pk}")
        return {"template": pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        once(community=by.community, key=key, verb=f"templates.drop:{pk}", make=make)
