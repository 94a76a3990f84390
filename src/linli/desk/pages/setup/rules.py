"""Whom matters go to by themselves; and what a rule would have done, before it does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from linli.desk.matters import actions, queries, routing
from linli.desk.matters.models import RoutingRule
from linli.desk.matters.queries import Filters
from linli.desk.pages.setup.frame import did, page
from linli.desk.pages.staff import showing
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done
from linli.desk.places.queries import grids_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from linli.desk.matters.models import Category, Matter
    from linli.desk.people.access import DeskRequest
    from linli.desk.people.models import Account
    from linli.desk.places.models import Grid

#: How many matters a trial looks back over.
TRIED = 50


class RuleForm(KeyedForm):
    """What a rule names; what is left open fits everything."""

    category = forms.ChoiceField(label=gettext_lazy("What it is about"), required=False)
    grid = forms.ChoiceField(label=gettext_lazy("Grid"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Any one of these words"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Separated by spaces."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    hours = forms.ChoiceField(label=gettext_lazy("When"), choices=RoutingRule.Hours.choices, required=False)
    worker = forms.ChoiceField(label=gettext_lazy("To whom"))
    deputy = forms.ChoiceField(label=gettext_lazy("Who stands in"), required=False)

    def __init__(
        self,
        *args: Any,
        categories: Sequence[Category],
        grids: Sequence[Grid],
        people: Sequence[Account],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.known = {
            "category": {one.key: one for one in categories if not one.sensitive},
            "grid": {str(one.pk): one for one in grids},
            "worker": {str(one.pk): one for one in people},
        }
        named = [(key, one.name) for key, one in self.known["worker"].items()]
        self.fields["category"].choices = [
            ("", _("every category")), *((key, one.name) for key, one in self.known["category"].items()),
        ]  # fmt: skip
        self.fields["grid"].choices = [
            ("", _("every grid")), *((key, showing.grid_name(one)) for key, one in self.known["grid"].items()),
        ]  # fmt: skip
        self.fields["worker"].choices = [("", "—"), *named]
        self.fields["deputy"].choices = [("", "—"), *named]

    def rule(self) -> dict[str, Any]:
        """Collect what the rule is made of."""
        given = self.cleaned_data
        return {
            "category": self.known["category"].get(given["category"]),
            "grid": self.known["grid"].get(given["grid"]),
            "worker": self.known["worker"][given["worker"]],
            "deputy": self.known["worker"].get(given["deputy"]),
            "words": given["words"],
            "hours": given["hours"],
        }


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.routing")
def rules(request: DeskRequest, slug: str) -> HttpResponse:
    """List the rules; make one, or see first what it would have done."""
    del slug
    held = routing.rules_in_force(request.community)
    form = RuleForm(
        request.POST or None,
        categories=queries.categories_of(request.community),
        grids=grids_of(request.community),
        people=queries.workers_of(request.community),
    )
    tried = "try" in request.GET or "try" in request.POST
    draft = None
    if request.method == "POST" and not tried:
        answer = did(
            request,
            form,
            lambda: actions.make_rule(by=request.actor, **form.rule(), key=form.cleaned_data["request_key"]),
            to="setup:rules",
        )
        if answer is not None:
            return answer
    elif request.method == "POST" and form.is_valid():
        draft = RoutingRule(community=request.community, **form.rule())
    return page(
        request,
        "rules.html",
        room="rules",
        rows=[_row(number, one) for number, one in enumerate(held, start=1)],
        form=form,
        draft=draft,
        trial=_trial(request, held, draft) if tried and form.is_valid() is (draft is not None) else None,
        status=422 if form.is_bound and draft is None else 200,
    )


def _row(number: int, one: RoutingRule) -> dict[str, Any]:
    return {
        "rule": one,
        "number": number,
        "what": [
            one.category.name if one.category is not None else _("every category"),
            showing.grid_name(one.grid) if one.grid is not None else _("every grid"),
            *([_("with one of: {words}").format(words=one.words)] if one.words else []),
            one.get_hours_display(),
        ],
        "form": KeyedForm(auto_id=f"rule_{one.pk}_%s"),
        "form_down": KeyedForm(auto_id=f"rule_down_{one.pk}_%s"),
        "form_retire": KeyedForm(auto_id=f"rule_retire_{one.pk}_%s"),
    }


def _trial(request: DeskRequest, held: Sequence[RoutingRule], draft: RoutingRule | None) -> dict[str, Any]:
    """Say of the last matters to whom they would go now, and with the draft asked last."""
    last = list(queries.matters_for(request.actor, Filters(order="newest"))[:TRIED])
    asked = [*held, draft] if draft is not None else held
    routes = routing.would_go(community=request.community, matters=last, rules=asked)
    rows = [_tried(request, matter, route) for matter, route in zip(last, routes, strict=True)]
    return {"rows": rows, "changed": sum(row["changed"] for row in rows), "count": len(rows)}


def _tried(request: DeskRequest, matter: Matter, route: routing.Route) -> dict[str, Any]:
    went = matter.worker.name if matter.worker is not None else _("to the desk")
    would = route.worker.name if route.worker is not None else _("to the desk")
    # The draft has no number yet.
    why = {"": _("nobody by itself"), "grid": _("works this grid"), "rule:None": _("this new rule")}
    return {
        "code": matter.code,
        "url": showing.matter_url(matter, request.community.slug),
        "category": matter.category.name,
        "grid": showing.grid_name(matter.grid) if matter.grid is not None else _("in no grid"),
        "went": went,
        "by_person": matter.routed_by == "person",
        "would": would,
        "why": why.get(route.why, _("a rule")),
        "changed": (matter.worker_id or None) != (route.worker.pk if route.worker is not None else None),
    }


@require_POST
@desk_page("matters.routing")
def change(request: DeskRequest, slug: str, pk: int, what: str) -> HttpResponse:
    """Have a rule asked earlier or later, or no more."""
    there = RoutingRule.objects.filter(pk=pk, retired_at=None).first()
    does: dict[str, Any] = {
        "up": lambda key: actions.move_rule(by=request.actor, rule=there, up=True, key=key),
        "down": lambda key: actions.move_rule(by=request.actor, rule=there, up=False, key=key),
        "retire": lambda key: actions.retire_rule(by=request.actor, rule=there, key=key),
    }
    if there is None or what not in does:
        raise AbsentError(pk)
    form = KeyedForm(request.POST)
    if done(form, lambda: does[what](form.cleaned_data["request_key"])):
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(form.non_field_errors()) or _("Load the page again."))
    return redirect("setup:rules", slug)
