"""What somebody of the staff was told and has not read yet: on their own pages, since not everybody has another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common import outbox
from linli.desk.matters import texts
from linli.desk.matters.models import Matter
from linli.desk.pages.staff import showing
from linli.desk.pages.staff.frame import frame
from linli.desk.people.access import desk_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from linli.desk.common.models import Message
    from linli.desk.people.access import DeskRequest
    from linli.desk.people.actors import Actor

SHOWN = 100
_MATTER, _TOPIC = "matter:", "matter."


def notice_count(actor: Actor) -> int:
    """Count them."""
    return outbox.unread(community=actor.community, reader=actor.key).count()


@require_safe
@desk_page("matters.enter")
def notices(request: DeskRequest, slug: str) -> HttpResponse:
    """List the newest of them, in as many queries for one as for many."""
    del slug
    actor = request.actor
    found = outbox.unread(community=actor.community, reader=actor.key)
    newest = list(found.defer("to", "text")[:SHOWN])
    matters = _matters(newest)
    context = frame(request, view="notices") | {
        "notices": [_row(actor, message, matters.get(message.about)) for message in newest],
        "notice_count": found.count() if len(newest) == SHOWN else len(newest),
    }
    return render(request, "pages/staff/notices.html", context)


def _matters(messages: Sequence[Message]) -> dict[str, Matter]:
    keys = [int(one.about.removeprefix(_MATTER)) for one in messages if one.about.startswith(_MATTER)]
    found = Matter.objects.filter(pk__in=keys).select_related("category", "community")
    return {matter.key: matter for matter in found}


def _row(actor: Actor, message: Message, matter: Matter | None) -> dict[str, str]:
    title, url = message.title, ""
    if matter is not None and message.topic.startswith(_TOPIC):
        topic = message.topic.removeprefix(_TOPIC)
        title = texts.to_staff(topic, matter=matter, language=get_language() or "").title
    if matter is not None and actor.may("matters.see", matter):
        url = showing.matter_url(matter, actor.community.slug)
    return {"title": title, "url": url, "when": showing.moment(message.created_at, actor.community)}


@require_POST
@desk_page("matters.enter")
def read_all(request: DeskRequest, slug: str) -> HttpResponse:
    """Take all of them as read."""
    outbox.mark_read(community=request.community, reader=request.actor.key)
    return redirect("staff:notices", slug)
