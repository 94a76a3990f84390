"""How often a visitor may do what costs or tells something; told in minutes, with what to do meanwhile."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import ngettext

from linli.desk.common import limits
from linli.desk.common.limits import LimitedError
from linli.desk.pages.resident.shown import frame

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest

# What: how many at once, and how many seconds until one more. Whole streets share one address behind their provider's
# gateway, so each leaves room for many; a code has 50 bits, so even this many tries find nothing.
_RATES = {
    "report": (20, 60),
    "photo": (60, 10),
    "near": (200, 1),
    "code": (60, 10),
    "answer": (40, 20),
    "join": (20, 60),
}


def take(request: DeskRequest, what: str) -> None:
    """Count one.

    Raises
    ------
    LimitedError
        Too many; `retry_after_s` says when there may be another.
    """
    capacity, seconds = _RATES[what]
    key = f"{what}:{request.community.pk}:{limits.client_address(request)}"
    limits.take(key=key, capacity=capacity, refill_per_s=1 / seconds)


def wait_sentence(error: LimitedError) -> str:
    """Say how long to wait."""
    minutes = max(1, math.ceil(error.retry_after_s / 60))
    return ngettext(
        "Too many in a short time. Please try again in {n} minute.",
        "Too many in a short time. Please try again in {n} minutes.",
        minutes,
    ).format(n=minutes)


def slow_down(request: DeskRequest, error: LimitedError, *, view: str) -> HttpResponse:
    """Show the page that says to wait."""
    context = {**frame(request, view), "wait_sentence": wait_sentence(error)}
    response = render(request, "pages/resident/slow_down.html", context, status=429)
    response["Retry-After"] = str(math.ceil(error.retry_after_s))
    return response
