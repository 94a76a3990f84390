"""What anybody may see, and what a follow code opens."""

from __future__ import annotations

from linli.desk.matters import actions
from linli.desk.people.actors import RESIDENT
from tests.desk.doors import EVERYBODY, Who, a_matter, a_resident
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "resident:report": EVERYBODY,
    "resident:follow": EVERYBODY,
    "resident:matters": EVERYBODY,
    "resident:matter": EVERYBODY,
}
POSTED: dict[str, Who] = {
    "resident:send_photo": EVERYBODY,
    "resident:near": EVERYBODY,
    "resident:join": EVERYBODY,
}
_CODE = "tests/desk/pages/resident/test_my_data.py: by the code a resident was given"
_FOLLOW = "tests/desk/pages/resident/test_report.py: by the code a resident was given"
ELSEWHERE = {
    "resident:at_spot": "tests/desk/pages/resident/test_report.py: sends on to the report page",
    "resident:waiting_photo": "tests/desk/pages/resident/test_report.py: by a signed token",
    "resident:photo": "tests/desk/pages/resident/test_report.py: by what the matter's page shows",
    "resident:followed": _FOLLOW,
    "resident:received": _FOLLOW,
    "resident:act": _FOLLOW,
    "resident:followed_photo": _FOLLOW,
    "resident:my_data": _CODE,
    "resident:take_away": _CODE,
    "resident:forget_me": _CODE,
}
NEEDS_MORE = {"resident:follow", "resident:send_photo", "resident:near"}


def arguments(office: Office) -> dict[str, list]:
    code = a_matter(office).code
    return {"resident:matter": [code], "resident:join": [code]}


def screens(office: Office) -> dict[str, tuple[str, str]]:
    """One that is being worked on, one that is done, and what is kept about who reported it."""
    found = {}
    worker, somebody = office.actor("grid_worker"), a_resident(office)
    for name in ("begun", "asked", "done", "closed"):
        matter = a_matter(office, reporter=somebody)
        matter = actions.start_matter(matter=matter, by=worker)
        if name == "asked":
            matter = actions.ask_resident(matter=matter, by=worker, question="哪一盏?")
        if name in {"done", "closed"}:
            matter = actions.finish_matter(matter=matter, by=worker, text="换好了")
        if name == "closed":
            actions.resident_answers(matter=matter, by=RESIDENT(office.community), solved=True, rating=5)
        code = f"/c/{office.community.slug}/follow/{matter.follow_code}/"
        found |= {f"resident:followed {name}": (code, "nobody")}
    more = {"resident:received": f"{code}received/", "resident:my_data": f"{code}my-data/"}
    return found | {name: (path, "nobody") for name, path in more.items()}
