"""Every request gets a number, is timed, written down and counted."""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING

from django.conf import settings

from linli.desk.config.logs import REQUESTS, request_id
from linli.desk.config.metrics import count_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_log = logging.getLogger(REQUESTS)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def logged(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, the outermost: gives each request a number, times it, writes it down, counts it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        number = uuid.uuid4().hex
        token = request_id.set(number)
        began = time.perf_counter()
        try:
            response = get_response(request)
            response.headers["X-Request-ID"] = number
            _write_down(request, response.status_code, time.perf_counter() - began)
        finally:
            request_id.reset(token)
        return response

    return middleware


def _write_down(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    static = match is None and request.path_info.startswith(settings.STATIC_URL)
    route = "static" if static else (match.view_name or "nameless") if match else "none"
    method = request.method if request.method in _METHODS else "OTHER"
    count_request(route=route, method=str(method), status=status, seconds=seconds)
    if static and status < 400:
        return
    told = {"route": route, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
    # Of an address that leads nowhere, the part where a community stands may be anything.
    if match and status < 400 and "slug" in match.kwargs:
        told["community"] = match.kwargs["slug"]
    _log.info("request", extra=told)
