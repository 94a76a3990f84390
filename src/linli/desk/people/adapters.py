"""How logging in behaves here: nobody signs up by themselves, and secrets of second factors are encrypted."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.urls import reverse
from django_scopes import scopes_disabled

from linli.desk.common.limits import client_address
from linli.desk.people.models import Post
from linli.desk.people.ways import first_way
from linli.desk.places.models import Community

if TYPE_CHECKING:
    from django.http import HttpRequest

    from linli.desk.people.models import Account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts are made by whoever hires."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No."""
        del request
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count tries by the network they come from; only our own proxies are believed about it."""
        return client_address(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to their work: the first page of the only community in which they have any, else the choice of them."""
        account = cast("Account", request.user)
        with scopes_disabled():
            held = Post.objects.filter(account=account, until=None, lapsed_at=None).values("community")
            communities = list(Community.objects.filter(pk__in=held)[:2])
        way = first_way(account, communities[0]) if len(communities) == 1 else ""
        return way or reverse("people:account")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to one's own account."""
        del request
        return reverse("people:account")

    def send_mail(self, template_prefix: str, email: str, context: object) -> None:
        """Send none: what happens to an account is told on its own page."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors, whose secrets mean nothing to who has only the database.

    Their key comes from the secret key and not from the ring of field keys: these secrets lie inside a JSON column, where
    `linli keys rotate` does not look for what it must encrypt again.
    """

    def encrypt(self, text: str) -> str:
        """Encrypt a secret."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read it again."""
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *_args: object, **_kwargs: object) -> None:
        """Send none: see above."""


def _fernet() -> Fernet:
    key = hashlib.sha256(f"linli.second_factor:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
