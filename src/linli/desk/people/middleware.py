"""What may not be seen looks as if it were not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import get_resolver

from linli.desk.people.access import AbsentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class ForbiddenIsAbsent:
    """Answer what is absent, and what is forbidden, with the one page that says there is nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Go on; only what is raised concerns us."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Take what a door raised."""
        if not isinstance(exception, AbsentError):
            return None
        # The page must not tell a door one was turned away from by a door that is not there.
        for name in ("actor", "community"):
            request.__dict__.pop(name, None)
        request.resolver_match = None
        absent: Any = get_resolver().resolve_error_handler(404)
        response: HttpResponseBase = absent(request, exception=exception)
        return response


forbidden_is_absent = ForbiddenIsAbsent
