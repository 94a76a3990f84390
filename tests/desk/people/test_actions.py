from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.conf import settings
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.common.models import LedgerEntry
from linli.desk.people import actions, handover, queries
from linli.desk.people.errors import ForbiddenError, RefusedError
from linli.desk.people.models import Account, Post, Role, StaffSession
from tests.desk.clock import frozen
from tests.desk.people.conftest import Office

MakeAccount = Callable[..., Account]


def events() -> list[tuple[str, str]]:
    return list(LedgerEntry.objects.values_list("event", "actor"))


def test_hire_gives_a_post(office: Office, make_account: MakeAccount) -> None:
    li, director = make_account("li", name="李梅"), office.actor("director")
    post = actions.hire(by=director, account=li, role=Role.DESK)
    assert (post.account, post.role, post.grid, post.until) == (li, Role.DESK, None, None)
    assert events() == [("post.given", director.key)]
    assert ledger.verify(community=office.community) == []


def test_hire_for_a_grid_relieves_its_worker(office: Office, make_account: MakeAccount) -> None:
    li, grid, moves = make_account("li"), office.grids[0], []

    def follow(*, grid, before, after, by) -> None:
        moves.append((grid, before, after, by.key))

    handover.register(follow)
    try:
        actions.hire(by=office.actor("director"), account=li, role=Role.GRID_WORKER, grid=grid)
    finally:
        handover._followers.remove(follow)
    before = office.accounts["grid_worker"]
    assert moves == [(grid, before, li, office.accounts["director"].key)]
    assert queries.worker_of(grid) == li
    assert not queries.posts_in_force().filter(account=before).exists()
    assert [event for event, _ in events()] == ["post.handed_over", "post.given"]


def test_hire_a_deputy_leaves_the_worker(office: Office, make_account: MakeAccount) -> None:
    li, grid = make_account("li"), office.grids[0]
    actions.hire(by=office.actor("director"), account=li, role=Role.GRID_WORKER, grid=grid, deputy=True)
    assert queries.worker_of(grid) == office.accounts["grid_worker"]
    assert queries.deputy_of(grid) == li
    actions.hand_over_grid(by=office.actor("director"), grid=grid, to=li)
    assert queries.worker_of(grid) == li
    assert queries.deputy_of(grid) is None


def test_hire_twice_with_one_key_hires_once(office: Office, make_account: MakeAccount) -> None:
    li, key = make_account("li"), uuid.uuid4()
    posts = {
        actions.hire(by=office.actor("director"), account=li, role=Role.VOLUNTEER, key=key).pk
        for _ in range(2)
    }
    assert len(posts) == 1
    assert Post.objects.filter(account=li).count() == 1


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DIRECTOR}))
def test_hire_by_who_is_no_director(role: Role, office: Office, make_account: MakeAccount) -> None:
    with pytest.raises(ForbiddenError):
        actions.hire(by=office.actor(role), account=make_account("li"), role=Role.DESK)
    assert events() == []


def test_hire_for_a_grid_of_another_community(
    office: Office, next_door: Office, make_account: MakeAccount
) -> None:
    li, grid = make_account("li"), next_door.grids[0]
    with pytest.raises(ForbiddenError):
        actions.hire(by=office.actor("director"), account=li, role=Role.GRID_WORKER, grid=grid)


@pytest.mark.parametrize(("role", "at_grid"), [(Role.GRID_WORKER, False), (Role.DESK, True)])
def test_hire_with_a_grid_where_none_belongs(
    role: Role, at_grid: bool, office: Office, make_account: MakeAccount
) -> None:
    grid = office.grids[0] if at_grid else None
    with pytest.raises(RefusedError):
        actions.hire(by=office.actor("director"), account=make_account("li"), role=role, grid=grid)


def test_hire_for_a_post_held_already(office: Office) -> None:
    with pytest.raises(RefusedError):
        actions.hire(by=office.actor("director"), account=office.accounts["desk"], role=Role.DESK)


def test_dismiss_ends_the_post(office: Office) -> None:
    post = Post.objects.get(account=office.accounts["grid_worker"])
    actions.dismiss(by=office.actor("director"), post=post)
    assert queries.worker_of(office.grids[0]) is None
    assert events() == [("post.ended", office.accounts["director"].key)]
    with pytest.raises(RefusedError):
        actions.dismiss(by=office.actor("director"), post=post)


def test_dismiss_the_only_director(office: Office) -> None:
    with pytest.raises(RefusedError):
        actions.dismiss(
            by=office.actor("director"), post=Post.objects.get(account=office.accounts["director"])
        )


def test_dismiss_in_another_community(office: Office, next_door: Office) -> None:
    with scope(community=next_door.community):
        post = Post.objects.get(account=next_door.accounts["desk"])
    with pytest.raises(ForbiddenError):
        actions.dismiss(by=office.actor("director"), post=post)


def test_unused_posts_lapse(office: Office) -> None:
    with frozen() as time:
        Post.objects.update(last_used_at=time.moment)
        time.move(days=settings.POSTS_LAPSE_DAYS, seconds=-1)
        assert actions.lapse_unused_posts() == 0
        Post.objects.filter(role=Role.DIRECTOR).update(last_used_at=time.moment)
        time.move(seconds=2)
        assert actions.lapse_unused_posts() == len(Role)
        assert [post.role for post in queries.staff_of(office.community)] == [Role.DIRECTOR]
        assert actions.lapse_unused_posts() == 0
    assert events() == [("post.lapsed", "system")] * len(Role)


def test_make_account_folds_its_name(db: None) -> None:
    account = actions.make_account(username=" Li.Mei ", name="李 梅")
    assert account.username == "li.mei"
    assert not account.has_usable_password()
    assert Account.objects.get_by_natural_key("LI.mei") == account


@pytest.mark.parametrize(
    ("username", "name"), [("", "李"), ("a", "李"), ("李梅", "李"), ("a b", "李"), ("li", " ")]
)
def test_make_account_of_a_wrong_name(username: str, name: str, db: None) -> None:
    with pytest.raises(RefusedError):
        actions.make_account(username=username, name=name)


def test_make_account_of_a_taken_name(db: None) -> None:
    actions.make_account(username="li", name="李")
    with pytest.raises(RefusedError):
        actions.make_account(username="LI", name="李")


def test_staff_session_lets_an_operator_be_director_for_an_hour(
    office: Office, make_account: MakeAccount
) -> None:
    office.accounts["ops"] = make_account("ops", is_operator=True)
    with frozen() as time:
        session = actions.start_staff_session(
            operator=office.accounts["ops"], community=office.community, reason="restore the grids of May"
        )
        actor = office.actor("ops")
        assert (actor.key, actor.roles) == (f"operator:{office.accounts['ops'].pk}", {Role.DIRECTOR})
        assert actor.may("staff.change")
        time.move(hours=1)
        with pytest.raises(AssertionError):
            office.actor("ops")
    assert session.reason == "restore the grids of May"
    assert events() == [("staff_session.started", actor.key)]


def test_staff_session_ends(office: Office, make_account: MakeAccount) -> None:
    ops = make_account("ops", is_operator=True)
    actions.start_staff_session(operator=ops, community=office.community, reason="a good reason")
    actions.end_staff_session(operator=ops, community=office.community)
    assert StaffSession.objects.filter(ended_at=None).count() == 0
    assert [event for event, _ in events()] == ["staff_session.started", "staff_session.ended"]


def test_staff_session_needs_an_operator_and_a_reason(office: Office, make_account: MakeAccount) -> None:
    with pytest.raises(ForbiddenError):
        actions.start_staff_session(
            operator=office.accounts["director"], community=office.community, reason="a good reason"
        )
    with pytest.raises(RefusedError):
        actions.start_staff_session(
            operator=make_account("ops", is_operator=True), community=office.community, reason="   because   "
        )
