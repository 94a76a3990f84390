"""What the community is called, where its clock stands, whom to ring in an emergency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from linli.desk.matters.actions.community import HELPERS, CommunityFacts, change_community
from linli.desk.pages.setup.frame import did, page
from linli.desk.people.access import desk_page
from linli.desk.people.forms import KeyedForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest

_TELEPHONE = {"inputmode": "tel", "autocomplete": "off"}


class CommunityForm(KeyedForm):
    """The community's facts as they stand."""

    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=100, required=False)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=100, required=False)
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
    )
    country = forms.CharField(
        label=gettext_lazy("Country, in two letters"),
        max_length=2,
        help_text=gettext_lazy("Whose public holidays the calendar is filled with."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone of the committee"),
        max_length=20,
        required=False,
        widget=forms.TextInput(_TELEPHONE),
        help_text=gettext_lazy("Shown to everybody, at the foot of the residents' pages."),
    )
    police = forms.CharField(
        label=gettext_lazy("Police"), max_length=20, required=False, widget=forms.TextInput(_TELEPHONE)
    )
    fire = forms.CharField(
        label=gettext_lazy("Fire"), max_length=20, required=False, widget=forms.TextInput(_TELEPHONE)
    )
    ambulance = forms.CharField(
        label=gettext_lazy("Ambulance"), max_length=20, required=False, widget=forms.TextInput(_TELEPHONE)
    )
    traffic = forms.CharField(label=gettext_lazy("Traffic accident"), max_length=20, required=False, widget=forms.TextInput(_TELEPHONE))  # fmt: skip

    def facts(self) -> CommunityFacts:
        """Collect what was written."""
        given = self.cleaned_data
        return CommunityFacts(
            name_zh=given["name_zh"], name_en=given["name_en"], timezone=given["timezone"], country=given["country"], phone=given["phone"],
            emergency_numbers={who: given[who] for who in HELPERS},
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("community.change")
def community(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the facts, and put them right."""
    del slug
    there = request.community
    known: dict[str, Any] = {
        name: getattr(there, name) for name in ("name_zh", "name_en", "timezone", "country", "phone")
    }
    form = CommunityForm(request.POST or None, initial=known | there.emergency_numbers)
    if request.method == "POST":
        answer = did(
            request,
            form,
            lambda: change_community(
                by=request.actor, facts=form.facts(), key=form.cleaned_data["request_key"]
            ),
            to="setup:community",
        )
        if answer is not None:
            return answer
    return page(request, "facts.html", room="community", form=form, status=422 if form.is_bound else 200)
