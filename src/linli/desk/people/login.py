"""Forms that ask for a password; a forgotten one is made anew by the director, not by mail, so none offers that."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc] # allauth has no types
    """User name and password."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _plain(self, "password")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before anything changes about how one logs in."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _plain(self, "password")


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """The old password and the new one."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _plain(self, "oldpassword")


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey, usually: what logs in by itself."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.label_suffix = ""
        self.fields["name"].label = _("Name of the key")
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Log in with it alone"), True
        alone.help_text = _("By finger, face or PIN. Without this, it is asked for after the password.")


def _plain(form: Any, password: str) -> None:
    form.fields[password].help_text = ""
    form.label_suffix = ""
