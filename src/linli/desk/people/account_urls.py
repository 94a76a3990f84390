"""Addresses of logging in: of what allauth has, only what is used here. The other names it looks up lead nowhere."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.account import views
from django.urls import include, path, re_path

from linli.desk.people.errors import AbsentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


def closed(_request: HttpRequest, **_more: object) -> HttpResponseBase:
    """Be absent: nobody signs up, and nothing of an account goes by e-mail."""
    raise AbsentError


def leaving_nothing(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Have the browser take all that this site keeps in it, such as a worker's round, from the device on the way out."""

    @wraps(view)
    def leave(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        response = view(request, *args, **more)
        if request.method == "POST":
            response.headers["Clear-Site-Data"] = '"storage"'
        return response

    return leave


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", leaving_nothing(views.logout), name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path(
        "password/link/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    re_path(
        r"^password/link/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    *(
        path(f"closed/{name}/", closed, name=f"account_{name}")
        for name in (
            "signup",
            "email",
            "email_verification_sent",
            "confirm_login_code",
            "reset_password",
            "reset_password_done",
            "set_password",
        )
    ),
]
