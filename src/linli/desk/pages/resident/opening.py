"""The door of a follow code beside the follow page: what belongs to the holder is opened, a wrong code is a try at guessing."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from linli.desk.common.limits import LimitedError
from linli.desk.common.tokens import normalise_code
from linli.desk.matters.actions import settle_code
from linli.desk.matters.queries import Following, by_follow_code
from linli.desk.pages.resident import limiting
from linli.desk.people.errors import AbsentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest
    from linli.desk.places.models import Community


def opened_by(community: Community, code: str) -> Following | None:
    """Open what a code stands for, however it was typed; what has been received a moment ago becomes a matter by this."""
    right = normalise_code(code)
    if not right:
        return None
    found = by_follow_code(community, right)
    if found is None:
        settle_code(community=community, code=right)
        # Looked for again even where that made nothing: the worker may have made it meanwhile.
        found = by_follow_code(community, right)
    return found


def by_code(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view what the code of the address opens, and the code as it is written. Only wrong codes are counted."""

    @wraps(view)
    def opened(request: DeskRequest, slug: str, code: str, **more: Any) -> HttpResponse:
        del slug
        found = opened_by(request.community, code)
        if found is not None:
            return view(request, found, normalise_code(code), **more)
        try:
            limiting.take(request, "code")
        except LimitedError as error:
            return limiting.slow_down(request, error, view="follow")
        raise AbsentError(code)

    return opened
