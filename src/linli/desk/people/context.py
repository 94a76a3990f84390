"""What every page knows of who reads it: the actor, the community, where they may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from linli.desk.people.access import actor_of, community_at
from linli.desk.people.ways import ways

if TYPE_CHECKING:
    from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give `actor`, `community` and `ways` on the pages of a community; nothing elsewhere, and not on a page that is absent."""
    match = request.resolver_match
    slug = match.kwargs.get("slug") if match is not None else None
    if not isinstance(slug, str):
        return {}
    community, actor = getattr(request, "community", None), getattr(request, "actor", None)
    if community is None:
        # A page that went through no door, such as the map: staff keep their ways on it.
        community = community_at(slug)
        if community is None:
            return {}
        actor = actor_of(request, community) if request.user.is_authenticated else None
    found = {
        "actor": actor,
        "community": community,
        "invented": community.invented,
        "ways": ways(actor, slug, here=request.path),
    }
    if actor is not None and actor.key.startswith("operator:"):
        found["staff_session_url"] = reverse("people:staff_session", args=[slug])
    return {name: value for name, value in found.items() if value is not None}
