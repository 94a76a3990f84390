"""What others ask about communities and their places."""

from __future__ import annotations

from django_scopes import scope

from linli.desk.places.models import Community, PlaceImport, State


def communities_to_show() -> list[Community]:
    """Every community that has a place to show, by slug."""
    return list(Community.objects.filter(imports__state=State.CURRENT))


def current_import(*, slug: str) -> PlaceImport | None:
    """Find the import that serves a community; None where there is no such community or it has no place yet."""
    community = Community.objects.filter(slug=slug).first()
    if community is None:
        return None
    with scope(community=community):
        found: PlaceImport | None = PlaceImport.objects.filter(state=State.CURRENT).first()
    if found is not None:
        found.community = community
    return found


def unfinished_import(community: Community) -> PlaceImport | None:
    """Find the latest import of a community if it was cut off before it was done."""
    with scope(community=community):
        last: PlaceImport | None = PlaceImport.objects.order_by("-number").first()
    return last if last is not None and last.state in {State.RUNNING, State.STOPPED} else None
