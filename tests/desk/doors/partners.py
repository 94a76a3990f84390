"""What connects other systems: the director's alone; what is open data: everybody's."""

from __future__ import annotations

from linli.desk.partners import actions
from tests.desk.doors import EVERYBODY, D, Who
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "partners:open": EVERYBODY,
    "partners:home": {D},
    "partners:webhook": {D},
}
POSTED: dict[str, Who] = {
    "partners:make_key": {D},
    "partners:revoke_key": {D},
    "partners:set_terms": {D},
    "partners:make_webhook": {D},
    "partners:act": {D},
    "partners:retry": {D},
}
ELSEWHERE: dict[str, str] = {}
# A delivery that was not given up is none to send again.
NEEDS_MORE = {"partners:retry"}


def arguments(office: Office) -> dict[str, list]:
    by = office.actor("director")
    key, _secret = actions.make_key(by=by, name="市民热线", scope="write")
    webhook = actions.make_webhook(
        by=by, name="热线", url="https://example.com/hook", events=["matter.received"]
    )
    return {
        "partners:revoke_key": [key.pk],
        "partners:webhook": [webhook.pk],
        "partners:act": [webhook.pk, "test"],
        "partners:retry": [webhook.pk, 1],
    }
