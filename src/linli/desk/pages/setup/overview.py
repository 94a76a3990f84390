"""The settings' front page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from linli.desk.pages.setup.frame import page
from linli.desk.people.access import desk_page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest


@require_safe
@desk_page("setup.see")
def overview(request: DeskRequest, slug: str) -> HttpResponse:
    """List the rooms of the settings."""
    del slug
    return page(request, "overview.html", room="")
