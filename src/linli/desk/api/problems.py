"""Everything that goes wrong under /api/ answers in one form: problem details, RFC 9457."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/"

# Absent and forbidden look the same: no word here says which part of an address is wrong.
_DETAIL = {
    400: "The request could not be read.",
    403: "The request lacks the token of its page, or comes from another site; reload the page and try again.",
    404: "There is nothing at this address.",
    405: "This address does not take that method; see the Allow header.",
    500: "The server had a fault. Try again in a minute; if it stays, tell the operator.",
}


class WrongFieldError(Exception):
    """Something given cannot be; which, and what to give instead."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def problem(status: int, detail: str, **more: object) -> HttpResponse:
    """Answer with problem details; `more` are members beside `title`, `status` and `detail`."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a POST without its page's token, a reader with a page; `reason` is for developers and is not told."""
    del reason
    if request.accepts("text/html") and not request.path_info.startswith(PREFIX):
        return render(request, "403_csrf.html", status=403)
    return problem(403, _DETAIL[403])


def problem_details(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that turns what Django itself says of a failed API request into problem details."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        status = response.status_code
        if status < 400 or not request.path_info.startswith(PREFIX):
            return response
        if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        told = problem(status, _DETAIL.get(status, HTTPStatus(status).description))
        for name in ("Allow", "Content-Range", "Retry-After"):
            if name in response.headers:
                told[name] = response.headers[name]
        return told

    return middleware
