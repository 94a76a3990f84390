"""Staff, residents, accounts."""

from __future__ import annotations

from tests.desk.doors import A, D, K, Who, a_resident, post_of
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "people:staff": {D, K, A},
    "people:hire": {D},
    "people:hand_over": {D},
    "people:dismiss": {D},
    "people:let_in": {D},
    "people:residents": {D, K},
    "people:new_resident": {D, K},
    "people:resident": {D, K},
    "people:erase": {D},
    # Operators alone, and they hold no post.
    "people:staff_session": set(),
}
POSTED: dict[str, Who] = {
    "people:correct": {D, K},
    "people:consent": {D, K},
    "people:proxy": {D, K},
    "people:export": {D},
    "people:end_staff_session": set(),
}
ELSEWHERE = {
    "people:account": "tests/desk/people/test_ways_in.py: one's own, whoever has logged in",
}


def arguments(office: Office) -> dict[str, list]:
    resident, post = a_resident(office), post_of(office, "volunteer")
    one_resident = ("resident", "correct", "consent", "proxy", "export", "erase")
    return {
        "people:hand_over": [office.grids[0].pk],
        "people:dismiss": [post.pk],
        "people:let_in": [post.pk],
    } | {f"people:{name}": [resident.pk] for name in one_resident}


def screens(office: Office) -> dict[str, tuple[str, str]]:
    director = office.accounts["director"]
    director.set_password("lantern-walnut-bridge")
    director.save()
    ways = (
        "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/", "password/change/", "reauthenticate/", "logout/",
    )  # fmt: skip
    mine = {f"accounts/{way}": (f"/accounts/{way}", D) for way in ways}
    return mine | {"people:account": ("/account/", D), "account_login": ("/accounts/login/", "nobody")}
