"""What the desk's pages remember for those who sit there: views, texts, who looks at what. No fact about a matter."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common import clock
from linli.desk.common.language import in_chinese
from linli.desk.matters.models import Looking, ReplyTemplate, SavedView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor

# Two missed heartbeats of static/staff/matter.js, and somebody is gone.
SEEN_FOR = dt.timedelta(seconds=40)
MOST_VIEWS = 30


def save_view(*, by: Actor, name: str, query: str) -> None:
    """Keep filters under a name; the same name again is the same view."""
    name = " ".join(name.split())[:60]
    own = SavedView.objects.filter(account=by.account)
    if not name or (own.count() >= MOST_VIEWS and not own.filter(name=name).exists()):
        return
    SavedView.objects.update_or_create(
        community=by.community,
        account=by.account,
        name=name,
        defaults={"filters": dict(parse_qsl(query[:500]))},
    )


def drop_view(*, by: Actor, pk: int) -> None:
    """Let go of one of one's own views."""
    SavedView.objects.filter(account=by.account, pk=pk).delete()


def views_of(by: Actor) -> list[SavedView]:
    """List somebody's views by name."""
    return list(SavedView.objects.filter(account=by.account))


def look_at(*, by: Actor, matter: Matter) -> None:
    """Note that somebody looks at a matter just now."""
    Looking.objects.update_or_create(
        matter=matter, account=by.account, defaults={"community": by.community, "at": clock.now()}
    )


def who_looks(*, by: Actor, matters: Iterable[Matter]) -> dict[int, str]:
    """Say in words, for each matter that others look at just now, who they are."""
    since = clock.now() - SEEN_FOR
    found = Looking.objects.filter(matter__in=[matter.pk for matter in matters], at__gte=since)
    names: dict[int, list[str]] = {}
    for each in found.exclude(account=by.account).select_related("account").order_by("account__name"):
        names.setdefault(each.matter_id, []).append(each.account.name)
    return {pk: looking_words(each) for pk, each in names.items()}


def looking_words(names: list[str]) -> str:
    """Say who looks at it."""
    joined = (_("、") if in_chinese() else ", ").join(names)
    return ngettext("{names} is looking at this", "{names} are looking at this", len(names)).format(
        names=joined
    )


def templates_for(matter: Matter) -> dict[str, list[dict[str, str]]]:
    """Collect the texts that are written often, by verb; those of no verb stand under ""."""
    found: dict[str, list[dict[str, str]]] = {}
    fitting = Q(category=matter.category_id) | Q(category=None)
    for each in ReplyTemplate.objects.filter(fitting):
        text = (
            each.text_zh
            if matter.language.startswith("zh") and each.text_zh
            else each.text_en or each.text_zh
        )
        found.setdefault(each.verb, []).append({"name": each.name, "text": text})
    return found
