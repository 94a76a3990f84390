"""Who comes in where, a table for each room; `tests/desk/test_permissions.py` knocks at every door of them.

A room is a URL namespace; its table is `tests/desk/doors/<namespace>.py` and is found by its name. An address without a
line in the table of its room fails, and so does a namespace without a table. In a table, names are `namespace:name`:

`READ`
    Address → who sees it by GET: a set of roles, or `EVERYBODY` (also who has not logged in). Whoever may not finds
    nothing (404, the same page as for what is not there); who has not logged in is sent to do so, except where
    `EVERYBODY` may.
`POSTED`
    The same for addresses that are only posted to (GET: 405 for who may).
`ELSEWHERE`
    Address → `"tests/…/test_file.py: how it is held"` for what is held by other means than a role (a code, an API key,
    a photo's own check) and has tests of its own there.
`OF_A_GRID` (if there are any)
    Addresses of one thing that lies in the first grid of the office, or is handed out with it: a grid worker (`G`) of
    the *other* grid finds nothing, though `G` may.
`IN_HAND` (if there are any)
    Address → roles which may only because the thing was handed to them: they are knocked for twice, with it in hand
    (they may) and without (they find nothing). Needs `handed`.
`NEEDS_MORE` (if there are any)
    Addresses that answer an empty form with 400 or 404 even to who may.
`arguments(office) -> dict[str, list]`
    Makes what the addresses are about (in the first grid of the office), and gives for each address what comes after
    the community's slug. Called inside the office's scope, once for each of two offices; matters' own lists are seeded.
    `a_matter(office)`, `a_resident(office)` below make the usual things.
`handed(office, account) -> dict[str, list]`
    The same for `IN_HAND`, of a thing that is handed to `account`.
`screens(office) -> dict[str, tuple[str, str]]` (if there are any)
    Further pages for `tests/desk/test_screens.py`, which looks in Chromium at whatever `READ` lets somebody see (as the
    first of them in the order below): a name of your own → path, and who looks ("nobody", or a role). Called like
    `arguments`, in one office.

Roles: `D` director, `K` desk, `G` grid worker, `M` mediator, `C` care worker, `V` volunteer, `A` auditor; `STAFF` all.
"""

from __future__ import annotations

from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter, Source
from linli.desk.people.actors import RESIDENT
from linli.desk.people.models import Account, Post, Resident, Role
from tests.desk.people.conftest import Office

D, K, G, M, C, V, A = (role.value for role in (
    Role.DIRECTOR, Role.DESK, Role.GRID_WORKER, Role.MEDIATOR, Role.CARE_WORKER, Role.VOLUNTEER, Role.AUDITOR,
))  # fmt: skip
STAFF = {D, K, G, M, C, V, A}
EVERYBODY = "everybody"
Who = set[str] | str


def a_matter(office: Office, *, reporter: Resident | None = None) -> Matter:
    """A lamp that is out in the first grid, reported on the public page."""
    return actions.receive_matter(
        community=office.community,
        by=RESIDENT(office.community),
        source=Source.PAGE,
        category=Category.objects.get(key="lighting"),
        words="路灯坏了",
        lon=120.011,
        lat=30.005,
        answers={"lamp": "in_the_street"},
        reporter=reporter,
    ).matter


def a_matter_in_hand(office: Office, account: Account) -> Matter:
    """The same, handed on to somebody."""
    matter = a_matter(office)
    actions.assign_matter(matter=matter, by=office.actor("desk"), worker=account)
    return matter


def a_resident(office: Office) -> Resident:
    """Somebody the desk knows."""
    return Resident.objects.create(
        community=office.community, name="张三", created_at=office.community.created_at
    )


def post_of(office: Office, name: str) -> Post:
    """The post of somebody in the office."""
    return Post.objects.get(account=office.accounts[name])
