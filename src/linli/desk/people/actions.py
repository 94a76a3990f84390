"""Every write about staff: who is hired, hands over, leaves, and who may come in to help."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import TYPE_CHECKING, Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.common.sweeps import sweep
from linli.desk.people import handover
from linli.desk.people.access import require
from linli.desk.people.actors import Actor, system
from linli.desk.people.errors import RefusedError
from linli.desk.people.models import Account, Post, Role, StaffSession
from linli.desk.people.queries import posts_in_force
from linli.desk.people.residents import (
    contact_of,
    correct_resident,
    erase_resident,
    export_resident,
    find_or_make_resident,
    give_consent,
    name_proxy,
    take_in_resident,
    withdraw_consent,
)

if TYPE_CHECKING:
    import uuid

    from linli.desk.places.models import Community, Grid

__all__ = [
    "RefusedError",
    "contact_of",
    "correct_resident",
    "dismiss",
    "end_staff_session",
    "erase_resident",
    "export_resident",
    "find_or_make_resident",
    "forget_second_factors",
    "give_consent",
    "hand_over_grid",
    "hire",
    "hire_by_name",
    "lapse_unused_posts",
    "make_account",
    "name_proxy",
    "start_staff_session",
    "take_in_resident",
    "way_in",
    "withdraw_consent",
]

_log = logging.getLogger(__name__)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,49}\Z")
STAFF_SESSION = dt.timedelta(hours=1)


def make_account(
    *, username: str, name: str, email: str = "", password: str | None = None, is_operator: bool = False
) -> Account:
    """Make an account that may do nothing yet; without a password it waits for a way in (see `way_in`).

    Raises
    ------
    RefusedError
        The user name is taken or of the wrong form, or the name is missing.
    """
    username, name = username.strip().casefold(), " ".join(name.split())
    if not _USERNAME.match(username):
        raise RefusedError(
            _(
                "A user name has 2 to 50 small letters a–z, digits, points, hyphens; it begins with a letter or digit."
            )
        )
    if not name or len(name) > 100:
        raise RefusedError(_("Give the name as people call them, up to 100 letters."))
    with transaction.atomic():
        lock(f"account:{username}")
        if Account.objects.filter(username=username).exists():
            raise RefusedError(_("This user name is taken; choose another."))
        return Account.objects.create_user(
            username, password, name=name, email=email.strip(), is_operator=is_operator
        )


def hire(
    *,
    by: Actor,
    account: Account,
    role: Role,
    grid: Grid | None = None,
    deputy: bool = False,
    public_phone: str = "",
    key: uuid.UUID | None = None,
) -> Post:
    """Give somebody a post; a grid's worker takes it over from whoever had it.

    Raises
    ------
    ForbiddenError
        `by` does not hire here, or the grid is another community's.
    RefusedError
        The role needs a grid or has none, or they hold the post already.
    """
    require(by, "staff.change")
    if grid is not None:
        require(by, "staff.change", grid)
    if (role == Role.GRID_WORKER) != (grid is not None):
        raise RefusedError(
            _("Choose the grid they work.") if grid is None else _("Only a grid worker is bound to a grid.")
        )
    with transaction.atomic():
        _lock_posts(by.community)
        made = once(
            community=by.community,
            key=key,
            verb="hire",
            make=lambda: _hired(by, account, role, grid, deputy=deputy, public_phone=public_phone),
        )
        return Post.objects.get(pk=made["post"])


def hire_by_name(
    *,
    by: Actor,
    username: str,
    name: str,
    role: Role,
    grid: Grid | None = None,
    deputy: bool = False,
    public_phone: str = "",
    key: uuid.UUID | None = None,
) -> tuple[Post, bool]:
    """Hire whoever has that user name, or a new account made for them; say whether it is new and waits for a way in."""
    require(by, "staff.change")
    with transaction.atomic():
        account = Account.objects.filter(username=username.strip().casefold()).first()
        if account is None:
            account = make_account(username=username, name=name)
        post = hire(
            by=by, account=account, role=role, grid=grid, deputy=deputy, public_phone=public_phone, key=key
        )
    return post, not account.has_usable_password() and account.last_login is None


def _lock_posts(community: Community) -> None:
    # Not the community itself: the ledger takes that last, after the locks of whatever changes hands with a grid.
    lock(f"posts:{community.pk}")


def _hired(
    by: Actor, account: Account, role: Role, grid: Grid | None, *, deputy: bool, public_phone: str
) -> dict[str, Any]:
    if grid is not None and grid.retired_at is not None:
        raise RefusedError(_("This grid is no longer in use; choose another."))
    if not account.is_active:
        raise RefusedError(_("This account is closed."))
    same = posts_in_force().filter(account=account, role=role, grid=grid).first()
    if same is not None and (same.deputy == deputy or deputy):
        raise RefusedError(_("They hold this post already."))
    before: list[Post] = []
    if grid is not None and not deputy:
        before = list(posts_in_force().filter(grid=grid, deputy=False).select_related("account"))
        # A deputy who becomes the worker stops being the deputy.
        _end(*before, *([] if same is None else [same]))
    post = Post.objects.create(
        community=by.community,
        account=account,
        role=role,
        grid=grid,
        deputy=deputy,
        public_phone=public_phone.strip()[:30],
        since=clock.now(),
        last_used_at=clock.now(),
    )
    if grid is not None and not deputy:
        handover.changed(grid=grid, before=before[0].account if before else None, after=account, by=by)
    for left in before:
        _record("post.handed_over", left, by=by)
    _record("post.given", post, by=by)
    return {"post": post.pk}


def dismiss(*, by: Actor, post: Post, key: uuid.UUID | None = None) -> Post:
    """End a post.

    Raises
    ------
    ForbiddenError
        `by` does not dismiss here.
    RefusedError
        It is the last director's.
    """
    require(by, "staff.change", post)
    with transaction.atomic():
        _lock_posts(by.community)
        once(community=by.community, key=key, verb=f"dismiss:{post.pk}", make=lambda: _dismissed(by, post.pk))
        return Post.objects.get(pk=post.pk)


def _dismissed(by: Actor, post_id: int) -> dict[str, Any]:
    post = posts_in_force().filter(pk=post_id).select_related("grid", "account").first()
    if post is None:
        raise RefusedError(_("This post has ended already."))
    directors = posts_in_force().filter(role=Role.DIRECTOR).exclude(pk=post_id)
    if post.role == Role.DIRECTOR and not directors.exists():
        raise RefusedError(_("This is the only director: give the post to somebody else first."))
    _end(post)
    if post.grid is not None and not post.deputy:
        handover.changed(grid=post.grid, before=post.account, after=None, by=by)
    _record("post.ended", post, by=by)
    return {"post": post_id}


def hand_over_grid(*, by: Actor, grid: Grid, to: Account, key: uuid.UUID | None = None) -> Post:
    """Give a grid to another worker; whoever worked it leaves it in the same moment."""
    return hire(by=by, account=to, role=Role.GRID_WORKER, grid=grid, key=key)


def _end(*posts: Post) -> None:
    for post in posts:
        post.until = clock.now()
        post.save(update_fields=["until"])


def _record(event: str, post: Post, *, by: Actor) -> None:
    data = {"account": post.account_id, "role": str(post.role), "grid": post.grid_id, "deputy": post.deputy}
    ledger.append(community=post.community, event=event, by=by.key, about=f"post:{post.pk}", data=data)


def way_in(*, by: Actor, post: Post) -> str:
    """Make the path of a link by which somebody chooses a password; good once, for a day. Second factors stay.

    Raises
    ------
    ForbiddenError
        `by` does not hire here.
    RefusedError
        Whoever reads the link gets the whole account, so it must not reach further than `by` does.
    """
    require(by, "staff.change", post)
    with transaction.atomic():
        _lock_posts(by.community)
        account = _within_reach(post)
        ledger.append(community=by.community, event="account.way_in_given", by=by.key, about=account.key)
    whose, key = user_pk_to_url_str(account), default_token_generator.make_token(account)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": whose, "key": key})


def forget_second_factors(*, by: Actor, post: Post, key: uuid.UUID | None = None) -> None:
    """Take away what somebody has lost: their authenticator app, passkeys, recovery codes.

    Raises
    ------
    ForbiddenError, RefusedError
        As `way_in`.
    """
    require(by, "staff.change", post)
    with transaction.atomic():
        _lock_posts(by.community)

        def forget() -> dict[str, Any]:
            account = _within_reach(post)
            count, _kinds = Authenticator.objects.filter(user=account).delete()
            event, data = "account.second_factors_forgotten", {"count": count}
            ledger.append(community=by.community, event=event, by=by.key, about=account.key, data=data)
            return {"count": count}

        once(community=by.community, key=key, verb=f"forget_second_factors:{post.pk}", make=forget)


def _within_reach(post: Post) -> Account:
    account = Account.objects.get(pk=post.account_id)
    with scopes_disabled():
        elsewhere = Post.objects.filter(account=account, until=None, lapsed_at=None).exclude(
            community=post.community_id
        )
        if account.is_operator or elsewhere.exists():
            raise RefusedError(_("This account also works elsewhere: ask the operator to do it."))
    if not posts_in_force().filter(pk=post.pk).exists():
        raise RefusedError(_("This post has ended already."))
    return account


@sweep("posts.lapse", every_s=3600)
def lapse_unused_posts() -> int:
    """End the posts that nobody has used for `settings.POSTS_LAPSE_DAYS`; a director can give them again."""
    before = clock.now() - dt.timedelta(days=settings.POSTS_LAPSE_DAYS)
    unused = Q(until=None, lapsed_at=None, last_used_at__lt=before)
    with scopes_disabled():
        due = list(Post.objects.filter(unused).select_related("community", "grid", "account"))
    return sum(_lapsed(post, unused) for post in due)


def _lapsed(post: Post, unused: Q) -> int:
    try:
        with scope(community=post.community), transaction.atomic():
            _lock_posts(post.community)
            # Compare and set: who came back a moment ago keeps the post.
            changed = Post.objects.filter(unused, pk=post.pk).update(lapsed_at=clock.now())
            if changed:
                by = system(post.community)
                if post.grid is not None and not post.deputy:
                    handover.changed(grid=post.grid, before=post.account, after=None, by=by)
                _record("post.lapsed", post, by=by)
    except Exception as error:  # noqa: BLE001 -- one post that cannot lapse must not keep the others from it
        _log.error("post:%s could not lapse: %s", post.pk, type(error).__name__)
        return 0
    return changed


def start_staff_session(
    *, operator: Account, community: Community, reason: str, key: uuid.UUID | None = None
) -> StaffSession:
    """Let an operator into a community for an hour, as its director; the community's ledger says so and why.

    Raises
    ------
    ForbiddenError
        The account is no operator.
    RefusedError
        The reason is missing.
    """
    by = _operator(operator, community)
    require(by, "staff_session.start")
    reason = " ".join(reason.split())
    if len(reason) < 10:
        raise RefusedError(_("Say why you come in, in a few words (10 letters at least)."))
    # Whoever comes in stands outside every community until then.
    with scope(community=community), transaction.atomic():
        _lock_posts(community)
        made = once(
            community=community,
            key=key,
            verb="start_staff_session",
            make=lambda: _started(by, operator, reason),
        )
        return StaffSession.objects.get(pk=made["session"])


def _started(by: Actor, operator: Account, reason: str) -> dict[str, Any]:
    now = clock.now()
    _close_open(by, at=now)
    session = StaffSession.objects.create(
        community=by.community,
        operator=operator,
        reason=reason,
        started_at=now,
        ends_at=now + STAFF_SESSION,
    )
    data = {"ends_at": session.ends_at.isoformat()}
    about = f"staff_session:{session.pk}"
    ledger.append(community=by.community, event="staff_session.started", by=by.key, about=about, data=data)
    return {"session": session.pk}


def end_staff_session(*, operator: Account, community: Community) -> None:
    """Leave; nothing happens to who is not in."""
    with scope(community=community), transaction.atomic():
        _lock_posts(community)
        _close_open(_operator(operator, community), at=clock.now())


def _operator(operator: Account, community: Community) -> Actor:
    return Actor(
        key=f"operator:{operator.pk}",
        account=operator,
        community=community,
        roles=frozenset(),
        grid_ids=frozenset(),
        name=operator.name,
    )


def _close_open(by: Actor, *, at: dt.datetime) -> None:
    for session in StaffSession.objects.filter(operator=by.account, community=by.community, ended_at=None):
        session.ended_at = min(at, session.ends_at)
        session.save(update_fields=["ended_at"])
        about = f"staff_session:{session.pk}"
        ledger.append(community=by.community, event="staff_session.ended", by=by.key, about=about)
