"""What the pages of this room share: the tabs to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from linli.desk.pages.staff.frame import frame
from linli.desk.pages.staff.showing import local

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest
    from linli.desk.places.models import Community

# Key, permission, address, name.
_TABS = (
    ("mailbox", "matters.mailbox", "incoming:mailbox", _("Letters")),
    ("lists", "matters.lists", "incoming:lists", _("Lists")),
    ("forgetting", "matters.forgetting", "incoming:forgetting", _("Forgetting")),
)


def date(at: dt.datetime, community: Community) -> str:
    """Day, month and year by the calendar there."""
    return formats.date_format(local(at, community), "DATE_FORMAT")


def page(request: DeskRequest, template: str, *, tab: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of this room."""
    tabs = [
        {"name": name, "url": reverse(address, args=[request.community.slug]), "current": key == tab}
        for key, permission, address, name in _TABS
        if request.actor.may(permission)
    ]
    framed = frame(request, view="incoming") | {"tabs": tabs} | context
    return render(request, f"pages/incoming/{template}", framed, status=status)
