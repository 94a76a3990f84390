"""What the pages of this room ask."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.desk.common.language import name_in
from linli.desk.people.models import Account, Channel, Consent, Role
from linli.desk.people.purposes import purposes

if TYPE_CHECKING:
    from linli.desk.places.models import Grid


class KeyedForm(forms.Form):
    """A form that may be sent twice and counts once: its key says that it is the same."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["request_key"].initial = uuid.uuid4
        self.label_suffix = ""


def _grid_name(grid: Grid) -> str:
    return f"{grid.number} · {name_in(grid)}"


class HireForm(KeyedForm):
    """Who takes which post."""

    username = forms.CharField(
        label=_("User name"),
        max_length=50,
        help_text=_(
            "Of somebody who has an account, or a new one: small letters a–z, digits, points, hyphens."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("For a new account. Residents see the name of their grid worker."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    grid = forms.ChoiceField(
        label=_("Grid"), required=False, help_text=_("For a grid worker. Whoever works it now leaves it.")
    )
    deputy = forms.BooleanField(label=_("Stands in only; the worker stays"), required=False)
    public_phone = forms.CharField(
        label=_("Public telephone of the grid worker"),
        max_length=30,
        required=False,
        help_text=_("Posted for residents: an office number, not a private one."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, grids: list[Grid], **more: Any) -> None:
        super().__init__(*args, **more)
        grid = self.fields["grid"]
        assert isinstance(grid, forms.ChoiceField)
        grid.choices = [("", "—"), *((str(grid.pk), _grid_name(grid)) for grid in grids)]


class HandOverForm(KeyedForm):
    """Who takes a grid over."""

    to = forms.ChoiceField(label=_("Who takes it over"))

    def __init__(self, *args: Any, people: list[Account], **more: Any) -> None:
        super().__init__(*args, **more)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [(str(account.pk), f"{account.name} ({account.username})") for account in people]


class ReasonForm(KeyedForm):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Kept in the log, where the auditor reads it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EraseForm(KeyedForm):
    """Why somebody is forgotten."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("asked", _("They ask for it")),
            ("consent_withdrawn", _("They take their consent back")),
            ("purpose_reached", _("It is needed no more")),
            ("retention_over", _("The time to keep it is over")),
            ("unlawful", _("It should never have been kept")),
            ("other", _("Another reason")),
        ],
    )


class FindForm(forms.Form):
    """A resident by number or address."""

    q = forms.CharField(
        label=_("Telephone number or e-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ResidentForm(KeyedForm):
    """What is kept about somebody."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )
    home = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    channel = forms.ChoiceField(label=_("How to tell them"), choices=Channel.choices)
    language = forms.ChoiceField(label=_("Language"), choices=[("zh-hans", "简体中文"), ("en", "English")])


class NewResidentForm(ResidentForm):
    """Somebody on the telephone or at the counter."""

    agreed = forms.BooleanField(
        label=_("They agree that we keep this to tell them how their matter goes on."), required=True
    )


class ConsentForm(KeyedForm):
    """A yes, or taking it back."""

    purpose = forms.ChoiceField(widget=forms.HiddenInput)
    given = forms.BooleanField(required=False, widget=forms.HiddenInput)
    given_by = forms.ChoiceField(
        label=_("Who says so"), choices=Consent.GivenBy.choices, required=False, initial=Consent.GivenBy.SELF
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        purpose = self.fields["purpose"]
        assert isinstance(purpose, forms.ChoiceField)
        purpose.choices = [(key, key) for key, row in purposes().items() if row.needs_consent]


class ProxyForm(KeyedForm):
    """Who acts for somebody."""

    username = forms.CharField(
        label=_("User name of the member of staff or volunteer"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Or telephone of the relative or neighbour"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    relation = forms.CharField(
        label=_("How they are related"),
        max_length=40,
        help_text=_("Daughter, neighbour, volunteer, …"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
