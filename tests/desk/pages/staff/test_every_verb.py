"""Every edge of the table that a member of the staff may walk has a form on the matter's page, and posting it walks it."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.db import transaction

from linli.desk.common import clock
from linli.desk.matters.lifecycle import TRANSITIONS, State, Verb, Who
from linli.desk.matters.models import Escalation, Follower, Matter, Outcome, Step
from tests.desk.matters.conftest import Receive
from tests.desk.pages.staff.test_pages import client_of
from tests.desk.people.conftest import Office

ROLES = {Who.DESK: ("desk", "director"), Who.WORKER: ("grid_worker",)}
EDGES = {
    role: [(state, verb) for (state, verb), edge in TRANSITIONS.items() if who in edge.who]
    for who, roles in ROLES.items()
    for role in roles
}


def stand(matter: Matter, state: State, verb: Verb, office: Office) -> None:
    """Have a matter stand as it would, had it come to this state, so that the verb is not refused for another reason."""
    matter.refresh_from_db()
    matter.state = state
    matter.worker = office.accounts["grid_worker"]
    matter.paused_at, matter.before_waiting = None, ""
    if state == State.WAITING:
        matter.paused_at, matter.before_waiting = clock.now(), State.IN_PROGRESS
    if state == State.CLOSED:
        matter.closed_at, matter.outcome = clock.now(), Outcome.FIXED
    if state == State.WHISTLED:
        matter.lead = "供电公司"
    if verb == Verb.ACKNOWLEDGE:
        matter.rung = 1
        Escalation.objects.create(
            community=matter.community, matter=matter, rung=1, who="worker", at=clock.now()
        )
    if verb == Verb.CLOSE:
        Follower.objects.filter(matter=matter).delete()
    matter.save()


def given(verb: Verb, matter: Matter, other: Matter, office: Office) -> dict[str, object]:
    """What one would write into each form."""
    later = (matter.solve_due_at + dt.timedelta(days=20)).date().isoformat()
    texts: dict[Verb, dict[str, object]] = {
        Verb.REFUSE: {"reason": "不归社区管", "way": "请找物业"},
        Verb.ASSIGN: {"worker": office.accounts["other"].pk},
        Verb.OBJECT: {"reason": "不在我的网格"},
        Verb.ASK: {"text": "哪一侧的灯？"},
        Verb.WHISTLE: {"department": "供电公司", "reason": "电缆坏了"},
        Verb.EXTEND: {"until": later, "reason": "配件要等"},
        Verb.FINISH: {"text": "换好了", "outcome": "fixed"},
        Verb.CLOSE: {"outcome": "fixed"},
        Verb.REOPEN: {"reason": "又坏了"},
        Verb.MERGE: {"into": other.code},
        Verb.SPLIT: {"words": "门口还有积水", "category": "help"},
        Verb.CORRECT: {"category": "property", "words": matter.words, "lon": 120.011, "lat": 30.005},
        Verb.PUBLISH: {"public": "yes", "words": "路灯坏了"},
    }
    return texts.get(verb, {"text": "好"})


def forms_on(page: str) -> set[str]:
    return set(re.findall(r'action="/c/willow/desk/matters/[^/"]+/(\w+)/"', page)) - {"contact"}


# The director may whatever the desk may, by the same predicate.
@pytest.mark.parametrize("role", ["desk", "grid_worker"])
def test_every_lawful_edge_is_walked_by_its_form(role: str, office: Office, receive: Receive) -> None:
    client = client_of(office, role)
    matter, other = receive().matter, receive(words="单元门口的灯不亮").matter
    url = f"/c/willow/desk/matters/{matter.code}/"
    wrong = []
    for state, verb in EDGES[role]:
        with transaction.atomic():
            stand(matter, state, verb, office)
            told = given(verb, matter, other, office) | {
                "request_key": str(uuid.uuid4()),
                "version": matter.version,
            }
            answer = client.post(f"{url}{verb.value}/", told)
            after = Matter.objects.get(pk=matter.pk)
            goes_to = TRANSITIONS[state, verb].to or State.IN_PROGRESS
            last = Step.objects.filter(matter=matter).last()
            found = (answer.status_code, after.state, last and last.verb)
            if found != (302, goes_to, verb):
                wrong.append((state.value, verb.value, found))
            transaction.set_rollback(True)
    assert wrong == []
    assert len(EDGES[role]) > 60


@pytest.mark.parametrize("role", EDGES)
def test_page_offers_a_form_for_every_lawful_edge_and_no_other(
    role: str, office: Office, receive: Receive
) -> None:
    client, matter = client_of(office, role), receive().matter
    for state in State:
        with transaction.atomic():
            stand(matter, state, Verb.CLOSE, office)
            offered = forms_on(client.get(f"/c/willow/desk/matters/{matter.code}/").content.decode())
            lawful = {verb.value for at, verb in EDGES[role] if at == state}
            # Nothing has been warned of yet.
            assert offered == lawful - {"acknowledge"}, state
            transaction.set_rollback(True)
