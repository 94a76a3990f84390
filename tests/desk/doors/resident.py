"""What anybody may see, and what a follow code opens."""

from __future__ import annotations

from tests.desk.doors import EVERYBODY, Who, a_matter
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
