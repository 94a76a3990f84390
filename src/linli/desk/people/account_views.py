"""One's own account, and an operator's way into a community."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_scopes import scopes_disabled

from linli.desk.common import clock
from linli.desk.common.language import name_in
from linli.desk.people import actions
from linli.desk.people.access import AbsentError, DeskRequest, actor_of, community_at
from linli.desk.people.forms import ReasonForm
from linli.desk.people.frame import done, page
from linli.desk.people.models import Account, Post, StaffSession
from linli.desk.people.ways import first_way
from linli.desk.places.models import Community

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show somebody their account: their posts, how they log in."""
    own = cast("Account", request.user)
    with scopes_disabled():
        held = Post.objects.filter(account=own, until=None, lapsed_at=None)
        posts = list(
            held.select_related("community", "grid", "account").order_by("community", "role", "grid")
        )
        communities = list(Community.objects.order_by("slug")) if own.is_operator else []
    context = {
        "account": own,
        "posts": [_post_words(post) for post in posts],
        "second_factor": Authenticator.objects.filter(user=own).exists(),
        "communities": [{"slug": one.slug, "name": name_in(one)} for one in communities],
    }
    return render(request, "people/account.html", context)


def _post_words(post: Post) -> dict[str, Any]:
    grid = "" if post.grid is None else name_in(post.grid) or str(post.grid)
    name = f"{name_in(post.community)} · {post.get_role_display()}"
    if grid:
        name = f"{name} · {grid}"
    if post.deputy:
        name = f"{name} ({_('stands in')})"
    return {"words": name, "url": first_way(post.account, post.community)}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def staff_session(request: HttpRequest, slug: str) -> HttpResponse:
    """Let an operator in, for a reason; show since when they are."""
    operator, community = _operator_at(request, slug)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and done(
        form,
        lambda: actions.start_staff_session(
            operator=operator,
            community=community,
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["request_key"],
        ),
    ):
        return redirect("people:staff", slug)
    open_ones = StaffSession.objects.with_scopes_disabled().filter(  # type: ignore[attr-defined] # django-scopes makes it
        operator=operator, community=community, ended_at=None, ends_at__gt=clock.now()
    )
    ends_at = open_ones.values_list("ends_at", flat=True).first()
    until = f"{ends_at.astimezone(ZoneInfo(community.timezone)):%H:%M}" if ends_at else ""
    entered = cast("DeskRequest", request)
    entered.community = community
    entered.actor = actor_of(request, community)
    status = 422 if form.is_bound else 200
    return page(entered, "staff_session.html", form=form, until=until, status=status)


@require_POST
@login_required
def end_staff_session(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave."""
    operator, community = _operator_at(request, slug)
    actions.end_staff_session(operator=operator, community=community)
    return redirect("people:account")


def _operator_at(request: HttpRequest, slug: str) -> tuple[Account, Community]:
    operator, community = cast("Account", request.user), community_at(slug)
    if community is None or not operator.is_operator:
        raise AbsentError(slug)
    return operator, community
