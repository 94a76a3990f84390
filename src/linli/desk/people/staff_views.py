"""Who works here: the list, hiring, handing a grid over, ending a post, letting somebody in again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.desk.common.language import name_in
from linli.desk.people import actions
from linli.desk.people.access import AbsentError, DeskRequest, desk_page
from linli.desk.people.errors import RefusedError
from linli.desk.people.forms import HandOverForm, HireForm, KeyedForm
from linli.desk.people.frame import done, page
from linli.desk.people.models import Account, Post, Role
from linli.desk.people.queries import posts_in_force, staff_of
from linli.desk.places.models import Grid

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_safe
@desk_page("staff.see")
def staff(request: DeskRequest, slug: str) -> HttpResponse:
    """List who works where; grids without a worker first say so."""
    del slug
    posts = staff_of(request.community)
    guarded = set(
        Authenticator.objects.filter(user__in={post.account_id for post in posts}).values_list(
            "user_id", flat=True
        )
    )
    rows = [_row(post, guarded=post.account_id in guarded) for post in posts]
    grids = [
        {
            "grid": grid,
            "name": name_in(grid),
            "posts": [row for row in rows if row["post"].grid_id == grid.pk],
        }
        for grid in _grids(request)
    ]
    roles = [
        {"role": role.label, "posts": [row for row in rows if row["post"].role == role]}
        for role in Role
        if role != Role.GRID_WORKER
    ]
    return page(
        request,
        "staff.html",
        grids=grids,
        roles=roles,
        may_change=request.actor.may("staff.change"),
        lapse_days=settings.POSTS_LAPSE_DAYS,
    )


def _row(post: Post, *, guarded: bool) -> dict[str, Any]:
    lapses_at = post.last_used_at + dt.timedelta(days=settings.POSTS_LAPSE_DAYS)
    return {"post": post, "account": post.account, "guarded": guarded, "lapses_at": lapses_at}


def _grids(request: DeskRequest) -> list[Grid]:
    return list(Grid.objects.filter(community=request.community, retired_at=None).order_by("number"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("staff.change")
def hire(request: DeskRequest, slug: str) -> HttpResponse:
    """Give somebody a post; who is new gets an account and a link to choose a password by."""
    grids = _grids(request)
    first = {"grid": request.GET.get("grid", ""), "role": request.GET.get("role", "")}
    form = HireForm(request.POST or None, grids=grids, initial=first)
    made: dict[str, Any] = {}

    def act() -> None:
        made["post"], made["new"] = actions.hire_by_name(
            by=request.actor,
            username=form.cleaned_data["username"],
            name=form.cleaned_data["name"],
            role=Role(form.cleaned_data["role"]),
            grid=next((grid for grid in grids if str(grid.pk) == form.cleaned_data["grid"]), None),
            deputy=form.cleaned_data["deputy"],
            public_phone=form.cleaned_data["public_phone"],
            key=form.cleaned_data["request_key"],
        )

    if request.method == "POST" and done(form, act):
        if made["new"]:
            return _way_in(request, made["post"])
        messages.success(request, _("The post is given."))
        return redirect("people:staff", slug)
    return page(request, "hire.html", form=form, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("staff.change")
def hand_over(request: DeskRequest, slug: str, grid: int) -> HttpResponse:
    """Give a grid to another worker."""
    there = Grid.objects.filter(community=request.community, pk=grid, retired_at=None).first()
    if there is None:
        raise AbsentError(grid)
    held = posts_in_force().filter(account__is_active=True)
    people = list(Account.objects.filter(pk__in=held.values("account")).order_by("name", "pk"))
    form = HandOverForm(request.POST or None, people=people)
    if request.method == "POST" and done(
        form,
        lambda: actions.hand_over_grid(
            by=request.actor,
            grid=there,
            to=next(account for account in people if str(account.pk) == form.cleaned_data["to"]),
            key=form.cleaned_data["request_key"],
        ),
    ):
        messages.success(request, _("The grid is handed over."))
        return redirect("people:staff", slug)
    return page(
        request, "hand_over.html", form=form, grid_name=name_in(there), status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("staff.change")
def dismiss(request: DeskRequest, slug: str, post: int) -> HttpResponse:
    """Ask, then end a post."""
    held = _post(post)
    form = KeyedForm(request.POST or None)
    if request.method == "POST" and done(
        form,
        lambda: actions.dismiss(by=request.actor, post=held, key=form.cleaned_data["request_key"]),
    ):
        messages.success(request, _("The post has ended."))
        return redirect("people:staff", slug)
    return page(request, "dismiss.html", form=form, post=held, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("staff.change")
def let_in(request: DeskRequest, slug: str, post: int) -> HttpResponse:
    """Make a link to choose a password by; on request, forget the second factors somebody has lost."""
    del slug
    held = _post(post)
    form = KeyedForm(request.POST or None)

    def act() -> None:
        if "forget" in request.POST:
            key = form.cleaned_data["request_key"]
            actions.forget_second_factors(by=request.actor, post=held, key=key)

    if request.method == "POST" and done(form, act):
        return _way_in(request, held)
    return page(request, "let_in.html", form=form, post=held, status=422 if form.is_bound else 200)


def _way_in(request: DeskRequest, post: Post) -> HttpResponse:
    try:
        link = request.build_absolute_uri(actions.way_in(by=request.actor, post=post))
    except RefusedError as refusal:
        return page(request, "way_in.html", post=post, refusal=str(refusal), status=422)
    return page(request, "way_in.html", post=post, link=link)


def _post(pk: int) -> Post:
    held = posts_in_force().filter(pk=pk).select_related("account", "grid").first()
    if held is None:
        raise AbsentError(pk)
    return held
