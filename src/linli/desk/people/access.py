"""The doors: who comes in, and that what they may not see looks as if it were not there."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock
from linli.desk.common.kept import Kept
from linli.desk.people.actors import Actor, resident, staff_actor
from linli.desk.people.errors import AbsentError, ForbiddenError
from linli.desk.people.models import Account
from linli.desk.places.models import Community

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

    View = Callable[..., HttpResponseBase]

__all__ = [
    "AbsentError",
    "Actor",
    "DeskRequest",
    "ForbiddenError",
    "actor_of",
    "desk_page",
    "public_page",
    "require",
]


class DeskRequest(HttpRequest):
    """A request that has come through one of the doors."""

    actor: Actor
    community: Community


def require(actor: Actor, permission: str, thing: object = None) -> None:
    """Go on only if the actor may.

    Raises
    ------
    ForbiddenError
        They may not.
    """
    if not actor.may(permission, thing):
        raise ForbiddenError(permission)


def actor_of(request: HttpRequest, community: Community) -> Actor:
    """Say who asks: a member of staff of this community, or, whoever else it is, a resident."""
    account = request.user
    if not isinstance(account, Account):
        return resident(community)
    with scope(community=community):
        return staff_actor(account, community, at=clock.now()) or resident(community)


def community_at(slug: str) -> Community | None:
    """Find the community of an address."""
    return _communities.get(slug)


def _community(slug: str) -> Community | None:
    with scopes_disabled():
        return Community.objects.filter(slug=slug).first()


_communities = Kept(_community, of=[Community])


def desk_page(permission: str) -> Callable[[View], View]:
    """Let in who may; send those who have not logged in to do so; everybody else finds nothing.

    The view takes `(request, slug, …)`, has `request.actor` and `request.community`, and runs in that community's scope.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, slug: str, **more: Any) -> HttpResponseBase:
            # Asked before the community is looked for: who is not logged in learns of none.
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
            return _enter(request, slug, view, more, permission=permission)

        return page

    return decorate


def public_page(view: View) -> View:
    """Let everybody in; otherwise as `desk_page`."""

    @wraps(view)
    def page(request: HttpRequest, slug: str, **more: Any) -> HttpResponseBase:
        return _enter(request, slug, view, more, permission="")

    return page


def _enter(
    request: HttpRequest, slug: str, view: View, more: dict[str, Any], *, permission: str
) -> HttpResponseBase:
    community = community_at(slug)
    if community is None:
        raise AbsentError(slug)
    entered = cast("DeskRequest", request)
    entered.community = community
    entered.actor = actor_of(request, community)
    if permission:
        # Some permissions are residents' too, of what their code opens: that is no way into the desk.
        if not entered.actor.is_staff:
            raise AbsentError(slug)
        require(entered.actor, permission)
    with scope(community=community):
        response = view(entered, slug, **more)
    if permission or entered.actor.is_staff:
        # What the desk was shown stays in no cache on a shared machine.
        patch_cache_control(response, no_store=True, private=True)
    return response
