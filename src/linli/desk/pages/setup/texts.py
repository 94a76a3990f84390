"""Texts that the desk writes often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.matters import queries
from linli.desk.matters.actions.arranging import drop_template, save_template
from linli.desk.matters.models import ReplyTemplate, Verb
from linli.desk.pages.setup.frame import did, page
from linli.desk.pages.staff.verbs import WAYS, label_of
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from linli.desk.matters.models import Category
    from linli.desk.people.access import DeskRequest


class TextForm(KeyedForm):
    """A text, and where it is offered."""

    name = forms.CharField(
        label=gettext_lazy("Name of the text"), max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )
    verb = forms.ChoiceField(label=gettext_lazy("Offered when"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("For which category"), required=False)
    text_zh = forms.CharField(
        label=gettext_lazy("Text in Chinese"),
        max_length=5000,
        required=False,
        widget=forms.Textarea({"rows": 5}),
    )
    text_en = forms.CharField(
        label=gettext_lazy("Text in English"),
        max_length=5000,
        required=False,
        widget=forms.Textarea({"rows": 5}),
    )

    def __init__(self, *args: Any, categories: Sequence[Category], **more: Any) -> None:
        super().__init__(*args, **more)
        offered = [(verb.value, label_of(verb)) for verb, way in WAYS.items() if way.fills]
        self.fields["verb"].choices = [("", _("always")), *offered]
        self.fields["category"].choices = [
            ("", _("every category")),
            *((one.key, one.name) for one in categories),
        ]


@require_safe
@desk_page("matters.templates")
def texts(request: DeskRequest, slug: str) -> HttpResponse:
    """List them."""
    del slug
    rows = [
        {
            "text": one,
            "verb": label_of(Verb(one.verb)) if one.verb else _("always"),
            "category": one.category.name if one.category is not None else _("every category"),
        }
        for one in ReplyTemplate.objects.select_related("category")
    ]
    return page(request, "texts.html", room="texts", rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.templates")
def new_text(request: DeskRequest, slug: str) -> HttpResponse:
    """Write one."""
    del slug
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.templates")
def text(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Change one."""
    del slug
    return _edit(request, _text(pk))


def _edit(request: DeskRequest, there: ReplyTemplate | None) -> HttpResponse:
    categories = queries.categories_of(request.community)
    form = TextForm(request.POST or None, categories=categories, initial=_known(there))

    def act() -> None:
        given = form.cleaned_data
        save_template(
            by=request.actor,
            template=there,
            name=given["name"],
            verb=given["verb"],
            category=next((one for one in categories if one.key == given["category"]), None),
            text_zh=given["text_zh"],
            text_en=given["text_en"],
            key=given["request_key"],
        )

    if request.method == "POST":
        answer = did(request, form, act, to="setup:texts")
        if answer is not None:
            return answer
    drop, status = KeyedForm(auto_id="drop_%s"), 422 if form.is_bound else 200
    return page(request, "text.html", room="texts", form=form, text=there, drop=drop, status=status)


def _known(there: ReplyTemplate | None) -> dict[str, Any]:
    if there is None:
        return {}
    known = {name: getattr(there, name) for name in ("name", "verb", "text_zh", "text_en")}
    return known | {"category": there.category.key if there.category is not None else ""}


@require_POST
@desk_page("matters.templates")
def drop_text(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Take one out."""
    there, form = _text(pk), KeyedForm(request.POST)
    if done(
        form, lambda: drop_template(by=request.actor, template=there, key=form.cleaned_data["request_key"])
    ):
        messages.success(request, _("Taken out."))
    return redirect("setup:texts", slug)


def _text(pk: int) -> ReplyTemplate:
    found = ReplyTemplate.objects.filter(pk=pk).select_related("category").first()
    if found is None:
        raise AbsentError(pk)
    return found
