"""The director's overview."""

from __future__ import annotations

from linli.desk.common import clock
from linli.desk.matters.actions.proposing import propose_project
from linli.desk.matters.models import Escalation, Matter
from tests.desk.doors import A, D, Who, a_matter
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "overview:director": {D, A},
    "overview:week": {D, A},
    "overview:export": {D},
    "overview:proposals": {D, A},
    "overview:propose": {D},
    "overview:proposal": {D, A},
}
POSTED: dict[str, Who] = {
    "overview:acknowledge": {D},
}
ELSEWHERE: dict[str, str] = {}


def arguments(office: Office) -> dict[str, list]:
    matter = a_matter(office)
    proposal = propose_project(by=office.actor("director"), title="改线", text="第三次了", matters=[matter])
    return {"overview:acknowledge": [matter.code], "overview:proposal": [proposal.number]}


def screens(office: Office) -> dict[str, tuple[str, str]]:
    """An overview with something on it, and a form with the matters it is about."""
    codes = [a_matter(office).code for _ in range(3)]
    Matter.objects.filter(code__in=codes).update(overdue_at=clock.now())
    late = Matter.objects.get(code=codes[0])
    Escalation.objects.create(community=office.community, matter=late, rung=1, who="worker", at=clock.now())
    base = f"/c/{office.community.slug}/overview/"
    matters = "&".join(f"matter={code}" for code in codes)
    return {
        "overview with something on it": (f"{base}?grid={office.grids[0].pk}", D),
        "a proposal about something": (f"{base}projects/new/?{matters}", D),
    }
