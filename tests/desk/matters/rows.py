"""Matters as rows, for what is counted: a hundred of them need not live through a hundred lives."""

from __future__ import annotations

import datetime as dt

from linli.desk.common import clock, tokens
from linli.desk.matters.models import Category, Matter, Outcome, State
from tests.desk.people.conftest import Office

DAY = dt.timedelta(days=1)


def put(
    office: Office,
    *,
    category: str = "lighting",
    days_ago: float = 1,
    closed_after: float | None = None,
    **more,
):
    """One matter received so many days ago; closed after so many days, if given."""
    number = Matter.objects.count() + 1
    received = clock.now() - days_ago * DAY
    given = {
        "community": office.community,
        "number": number,
        "code": f"26-{number:05}",
        "follow_digest": tokens.digest(f"{office.community.slug}{number}", "follow"),
        "category": Category.objects.get(key=category),
        "words": "路灯不亮",
        "lon": 120.011,
        "lat": 30.005,
        "grid": office.grids[0],
        "received_at": received,
        "solve_due_at": received + 5 * DAY,
        "updated_at": received,
    }
    if closed_after is not None:
        given |= {"state": State.CLOSED, "outcome": Outcome.FIXED, "closed_at": received + closed_after * DAY}
    return Matter.objects.create(**(given | more))
