"""What the page asks about other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.desk.partners import telling
from linli.desk.partners.models import ApiKey, OpenTerms
from linli.desk.people.forms import KeyedForm

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class KeyForm(KeyedForm):
    """A key for another system."""

    prefix = "key"

    name = forms.CharField(
        label=_("Name of the system"),
        max_length=60,
        help_text=_("Everybody reads it in the timeline of what comes by it: such as the city's hotline."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(label=_("What it may"), choices=ApiKey.Scope.choices)


class WebhookForm(KeyedForm):
    """An address to be told."""

    prefix = "webhook"

    name = forms.CharField(
        label=_("Name of the address"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    url = forms.CharField(
        label=_("Web address"),
        max_length=1000,
        help_text=_("It begins with https://. The operator can allow addresses of an inner network."),
        widget=forms.URLInput(attrs={**_PLAIN, "inputmode": "url"}),
    )
    api_key = forms.ChoiceField(
        label=_("Belongs to the key"),
        required=False,
        help_text=_("Then it is told also of what came by this key and is not public."),
    )
    events = forms.MultipleChoiceField(label=_("Told of"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, keys: Sequence[ApiKey], **more: Any) -> None:
        super().__init__(*args, **more)
        offered = telling.events()
        api_key, events = self.fields["api_key"], self.fields["events"]
        assert isinstance(api_key, forms.ChoiceField)
        assert isinstance(events, forms.MultipleChoiceField)
        api_key.choices = [("", "—"), *((str(one.pk), str(one)) for one in keys)]
        events.choices = list(offered.items())
        events.initial = list(offered)


class TermsForm(KeyedForm):
    """The licence of the open data."""

    prefix = "terms"

    licence = forms.ChoiceField(
        label=_("Licence"),
        choices=OpenTerms.Licence.choices,
        required=False,
        help_text=_("Which one is for the committee to decide; until then nothing is stated."),
    )
