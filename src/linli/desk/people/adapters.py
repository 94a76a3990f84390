"""How logging in behaves here: nobody signs up by themselves, and secrets of second factors are encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from linli.desk.common import keys

if TYPE_CHECKING:
    from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts are made by whoever hires."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No."""
        del request
        return False

    def send_mail(self, template_prefix: str, email: str, context: object) -> None:
        """Send none: what happens to an account is told on its own page."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: one's own name in the authenticator, keys that mean nothing to who has only the database."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret."""
        return keys.ring().encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Read it again."""
        return keys.ring().decrypt(encrypted_text)

    def send_notification_mail(self, *_args: object, **_kwargs: object) -> None:
        """Send none: see above."""
