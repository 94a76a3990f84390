"""Where somebody may go from here: the links in the head of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.people.actors import staff_actor

if TYPE_CHECKING:
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Account
    from linli.desk.places.models import Community

# Key, permission, address, words.
_STAFF = (
    ("inbox", "desk.see", "staff:inbox", _("Inbox")),
    ("round", "work.see", "round:day", _("My round")),
    ("director", "director.see", "overview:director", _("Overview")),
    ("grids", "grids.see", "grids:map", _("Grids")),
    ("incoming", "matters.lists", "incoming:lists", _("Mail and lists")),
    ("residents", "residents.list", "people:residents", _("Residents")),
    ("staff", "staff.see", "people:staff", _("Staff")),
    ("setup", "setup.see", "setup:overview", _("Settings")),
)
_RESIDENT = (
    ("report", "resident:report", _("Report")),
    ("follow", "resident:follow", _("Follow")),
    ("matters", "resident:matters", _("All matters")),
    ("grids", "grids:public", _("My grid worker")),
)


def first_way(account: Account, community: Community) -> str:
    """Where somebody's work begins in a community; empty where they have none."""
    with scope(community=community):
        listed = ways(staff_actor(account, community, at=clock.now()), community.slug, here="")
    return str(listed[0]["url"]) if listed else ""


def ways(actor: Actor | None, slug: str, *, here: str) -> list[dict[str, Any]]:
    """List the links for somebody in a community; `here` is the path of this page."""
    found: list[tuple[Any, str]] = []
    if actor is not None and actor.is_staff:
        found = [(name, address) for _key, allowed, address, name in _STAFF if actor.may(allowed)]
    else:
        found = [(name, address) for _key, address, name in _RESIDENT]
    listed = []
    for name, address in found:
        try:
            url = reverse(address, args=[slug])
        except NoReverseMatch:
            continue
        listed.append({"name": name, "url": url, "current": url == here})
    return listed
