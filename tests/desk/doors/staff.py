"""The desk's inbox, a matter before staff."""

from __future__ import annotations

from linli.desk.people.models import Account
from tests.desk.doors import STAFF, A, C, D, G, K, M, V, Who, a_matter, a_matter_in_hand, a_resident
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "staff:inbox": {D, K, A},
    "staff:rows": {D, K, A},
    "staff:intake": STAFF - {A},
    "staff:notices": STAFF,
    "staff:matter": {D, K, G, A},
}
POSTED: dict[str, Who] = {
    "staff:assign": {D, K},
    # Whose matter it is the form says: an empty one finds nothing, whoever asks.
    "staff:presence": set(),
    "staff:save_view": {D, K, A},
    "staff:read_notices": STAFF,
    "staff:drop_view": {D, K, A},
    # Not the auditor, nor whoever has it in hand elsewhere: the number is its grid's and the desk's.
    "staff:contact": {D, K, G},
    "staff:act": {D, K, G, A},
}
ELSEWHERE = {
    "staff:voice": "tests/desk/pages/staff/test_pages.py: by the matter it was said about",
}
OF_A_GRID = {"staff:matter", "staff:contact", "staff:act"}
IN_HAND = {"staff:matter": {M, C, V}, "staff:act": {M, C, V}}


def arguments(office: Office) -> dict[str, list]:
    return _of(a_matter(office, reporter=a_resident(office)).code) | {"staff:drop_view": [1]}


def handed(office: Office, account: Account) -> dict[str, list]:
    return _of(a_matter_in_hand(office, account).code)


def _of(code: str) -> dict[str, list]:
    return {"staff:matter": [code], "staff:contact": [code], "staff:act": [code, "note"]}
