"""What every page knows of who reads it: the actor, the community, where they may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give `actor` and `community` of a request that came through a door."""
    found = {"actor": getattr(request, "actor", None), "community": getattr(request, "community", None)}
    return {name: value for name, value in found.items() if value is not None}
