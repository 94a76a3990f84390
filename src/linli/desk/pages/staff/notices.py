"""What somebody of the staff was told and has not read yet: on their own pages, since not everybody has another way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from linli.desk.common import outbox
from linli.desk.matters import texts
from linli.desk.matters.models import Matter
from linli.desk.pages.staff import showing
from linli.desk.people.access import desk_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from linli.desk.common.models import Message
    from linli.desk.people.access import DeskRequest
    from linli.desk.people.actors import Actor

SHOWN = 20
_MATTER, _TOPIC = "matter:", "matter."


def notices_for(actor: Actor) -> dict[str, Any]:
    """Collect the newest of them for the templates, in three queries however many there are."""
    found = outbox.unread(community=actor.community, reader=actor.key)
    newest = list(found.defer("to", "text")[:SHOWN])
    matters = _matters(newest)
    rows = [_row(actor, message, matters.get(message.about)) for message in newest]
    return {"notices": rows, "notice_count": found.count() if len(newest) == SHOWN else len(newest)}


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
    """Take all of them as read, and go back to where one was."""
    outbox.mark_read(community=request.community, reader=request.actor.key)
    back = request.POST.get("back", "")
    own = f"/c/{slug}/"
    safe = back.startswith(own) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return HttpResponseRedirect(back if safe else reverse("staff:inbox", args=[slug]))
