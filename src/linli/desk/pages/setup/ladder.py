"""Who is told when a matter is late, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from linli.desk.matters import deadlines
from linli.desk.matters.actions.arranging import MOST_HOURS, MOST_RUNGS, Rung, set_ladder
from linli.desk.matters.models import LadderRung
from linli.desk.matters.sweeps import AGAIN_HOURS, ladder_of
from linli.desk.matters.telling import NO_CHANNEL
from linli.desk.pages.setup.frame import did, page
from linli.desk.people.access import desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.models import Channel

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest

_OUTSIDE = (Channel.SMS, Channel.EMAIL, Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)


class RungForm(forms.Form):
    """One step; one without anybody is left out."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who is told"), choices=[("", "—"), *LadderRung.Told.choices], required=False
    )
    grace_hours = forms.IntegerField(
        label=gettext_lazy("Office hours until the next is told"),
        min_value=1,
        max_value=MOST_HOURS,
        required=False,
        initial=8,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Street office: by what way"),
        choices=[
            (NO_CHANNEL, gettext_lazy("not by Linli; the director tells it")),
            *((one.value, one.label) for one in _OUTSIDE),
        ],
        required=False,
    )
    to = forms.CharField(
        label=gettext_lazy("Street office: number or address"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def rung(self) -> Rung | None:
        """Collect the step."""
        given = self.cleaned_data
        if not given.get("who"):
            return None
        return Rung(
            who=given["who"], grace_hours=given["grace_hours"] or 0, channel=given["channel"] or NO_CHANNEL,
            to=given["to"],
        )  # fmt: skip


RungForms = forms.formset_factory(RungForm, extra=1, max_num=MOST_RUNGS)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.ladder")
def ladder(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the steps, and set them."""
    del slug
    posted = request.POST if request.method == "POST" else None
    form, rows = KeyedForm(posted), RungForms(posted, prefix="r", initial=_rows(request))

    def act() -> None:
        usual = "usual" in request.POST
        rungs = [rung for row in rows if (rung := row.rung()) is not None]
        set_ladder(by=request.actor, rungs=[] if usual else rungs, key=form.cleaned_data["request_key"])

    if posted is not None and rows.is_valid():
        answer = did(request, form, act, to="setup:ladder")
        if answer is not None:
            return answer
    return page(
        request,
        "ladder.html",
        room="ladder",
        form=form,
        rungs=rows,
        own=LadderRung.objects.exists(),
        again_hours=AGAIN_HOURS,
        acknowledged_hours=deadlines.ACKNOWLEDGED_FOR_HOURS,
        status=422 if posted is not None else 200,
    )


def _rows(request: DeskRequest) -> list[dict[str, Any]]:
    names = ("who", "grace_hours", "channel", "to")
    return [{name: getattr(rung, name) for name in names} for rung in ladder_of(request.community)]
