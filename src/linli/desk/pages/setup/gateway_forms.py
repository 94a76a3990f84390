"""What has to be known to send by a channel, called what the gateway's own pages call it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.desk.common import addresses
from linli.desk.common.addresses import Mailer
from linli.desk.common.models import Channel
from linli.desk.people.forms import KeyedForm

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_SECRET = {"autocomplete": "new-password"}


class GatewayForm(KeyedForm):
    """What makes up one gateway's address. What is secret is never shown again."""

    channel: Channel

    def __init__(self, *args: Any, there: str, channel: Channel, **more: Any) -> None:
        super().__init__(*args, **more)
        self.channel, self.there = channel, there
        self.know(there)

    def know(self, there: str) -> None:
        """Fill in what is known and no secret."""

    def address(self) -> str:
        """Write the address from what was filled in."""
        raise NotImplementedError


class MailForm(GatewayForm):
    """A mail server."""

    server = forms.CharField(
        label=gettext_lazy("Mail server"), max_length=200, widget=forms.TextInput(_PLAIN)
    )
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535, initial=465)
    security = forms.ChoiceField(
        label=gettext_lazy("How the connection is kept from listeners"),
        choices=[
            ("ssl", gettext_lazy("TLS from the start (usual, port 465)")),
            ("starttls", gettext_lazy("STARTTLS (port 587)")),
            ("insecure", gettext_lazy("not at all; only for a server in the same building")),
        ],
    )
    user = forms.CharField(
        label=gettext_lazy("User name of the box"),
        max_length=200,
        required=False,
        widget=forms.TextInput(_PLAIN),
    )
    password = forms.CharField(
        label=gettext_lazy("Password, or the authorisation code of the box"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(_SECRET),
        help_text=gettext_lazy("Left empty, the one that is set stays."),
    )
    sender = forms.EmailField(label=gettext_lazy("Address that mail comes from"))

    def know(self, there: str) -> None:
        known = addresses.mailer_of(there)
        if known is not None:
            self.initial = {
                name: getattr(known, name) for name in ("server", "port", "security", "user", "sender")
            }

    def clean_server(self) -> str:
        server = str(self.cleaned_data["server"]).strip()
        if not server or any(letter in server for letter in "/@:?#{} "):
            raise forms.ValidationError(_("Give the name of the server alone, such as smtp.example.cn."))
        return server

    def address(self) -> str:
        given = self.cleaned_data
        before = addresses.mailer_of(self.there)
        kept = before.password if before is not None and before.user == given["user"] else ""
        return addresses.of_mailer(
            Mailer(
                server=given["server"], port=given["port"], security=given["security"], user=given["user"],
                password=given["password"] or kept, sender=given["sender"],
            )
        )  # fmt: skip


class AddressForm(GatewayForm):
    """Any gateway that takes a message over the web."""

    url = forms.CharField(
        label=gettext_lazy("Address of the gateway"),
        max_length=500,
        widget=forms.TextInput(_PLAIN),
        help_text=gettext_lazy(
            "As Apprise writes it; {to} stands for the telephone number. For a service that takes JSON: "
            "jsons://service.example.cn/send/{to} with +Authorization=… for its key. It is never shown again."
        ),
    )

    def address(self) -> str:
        return str(self.cleaned_data["url"]).strip()


class RobotForm(GatewayForm):
    """The robot of a group chat."""

    token = forms.CharField(
        label=gettext_lazy("Key of the group's robot, or its whole web address"),
        max_length=500,
        widget=forms.TextInput(_PLAIN),
        help_text=gettext_lazy(
            "From the group's settings, where the robot was added. It is never shown again."
        ),
    )

    def address(self) -> str:
        return addresses.of_robot(
            self.channel, token=self.cleaned_data["token"], secret=self.cleaned_data.get("secret", "")
        )


class SigningRobotForm(RobotForm):
    """A robot that may be told to take signed messages only."""

    secret = forms.CharField(
        label=gettext_lazy("Signing secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(_SECRET),
    )


FORMS: dict[Channel, type[GatewayForm]] = {
    Channel.SMS: AddressForm,
    Channel.EMAIL: MailForm,
    Channel.WECOM: RobotForm,
    Channel.DINGTALK: SigningRobotForm,
    Channel.FEISHU: RobotForm,
}


class TrialForm(KeyedForm):
    """Whom a trial goes to: oneself."""

    to = forms.CharField(
        label=gettext_lazy("Your own number or address"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    order: ClassVar = ["to", "request_key"]

    def __init__(self, *args: Any, addressed: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not addressed:
            del self.fields["to"]
