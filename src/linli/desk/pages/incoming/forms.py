"""What is filled in about mail, lists and forgetting. Whether it may be done is for the actions to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.desk.matters.models import Mailbox
from linli.desk.people.forms import KeyedForm

NO_COORDINATES = "none"
_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class MailboxForm(KeyedForm):
    """Where the mailbox is."""

    host = forms.CharField(
        label=_("Server"),
        max_length=253,
        help_text=_("Your mail provider's help calls it the IMAP server: imap.example.com."),
        widget=forms.TextInput(attrs={**_QUIET, "inputmode": "url"}),
    )
    security = forms.ChoiceField(label=_("Connection"), choices=Mailbox.Security.choices, initial="tls")
    port = forms.IntegerField(
        label=_("Port"), initial=993, widget=forms.TextInput(attrs={**_QUIET, "inputmode": "numeric"})
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=254,
        widget=forms.TextInput(attrs={**_QUIET, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        help_text=_("It is kept encrypted. Many providers make a password of its own for IMAP (授权码)."),
        widget=forms.PasswordInput(attrs={**_QUIET, "autocomplete": "new-password"}),
    )
    folder = forms.CharField(
        label=_("Folder"), max_length=100, initial="INBOX", widget=forms.TextInput(attrs=_QUIET)
    )
    address = forms.EmailField(
        label=_("Address that residents write to"),
        required=False,
        help_text=_("What comes from it is passed over, so that nothing goes round in a circle."),
        widget=forms.EmailInput(attrs={**_QUIET, "autocomplete": "email"}),
    )
    enabled = forms.BooleanField(label=_("Look for mail there every minute"), required=False)

    def __init__(self, *args: Any, known: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if known:
            self.fields["password"].help_text = _("Leave it empty to keep the one that is known.")


class ListForm(KeyedForm):
    """A list to be looked at."""

    file = forms.FileField(
        label=_("The list"),
        help_text=_("CSV, XLSX or GeoJSON, at most 200 lines and 10 MB."),
        allow_empty_file=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.geojson,.json"}),
    )
    datum = forms.ChoiceField(
        label=_("Coordinates in it"),
        help_text=_("Ask whoever made the list. Maps of Chinese companies are seldom WGS-84."),
        choices=[
            (NO_COORDINATES, _("It has none")),
            ("wgs84", _("WGS-84: GPS, Tianditu, OpenStreetMap")),
            ("gcj02", _("GCJ-02: Gaode, Tencent")),
            ("bd09", _("BD-09: Baidu")),
        ],
    )


class HoldForm(KeyedForm):
    """A matter that is to be kept longer."""

    code = forms.CharField(
        label=_("Number of the matter"),
        max_length=12,
        widget=forms.TextInput(attrs={**_QUIET, "placeholder": "26-00123"}),
    )
    until = forms.DateField(
        label=_("Keep it to the end of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("Such as a dispute or a complaint that is not over.")
    )
