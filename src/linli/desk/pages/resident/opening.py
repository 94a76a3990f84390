"""The door of a follow code beside the follow page: what belongs to the holder is opened, a wrong code is a try at guessing."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from linli.desk.common.limits import LimitedError
from linli.desk.common.tokens import normalise_code
from linli.desk.matters.queries import by_follow_code
from linli.desk.pages.resident import limiting
from linli.desk.people.errors import AbsentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest


def by_code(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view what the code of the address opens, and the code as it is written. Only wrong codes are counted."""

    @wraps(view)
    def opened(request: DeskRequest, slug: str, code: str, **more: Any) -> HttpResponse:
        del slug
        right = normalise_code(code)
        found = by_follow_code(request.community, right) if right else None
        if found is not None:
            return view(request, found, right, **more)
        try:
            limiting.take(request, "code")
        except LimitedError as error:
            return limiting.slow_down(request, error, view="follow")
        raise AbsentError(code)

    return opened
