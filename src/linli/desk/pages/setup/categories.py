"""What matters are about: the list in its order, and each category with its questions and times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.common.language import of_two
from linli.desk.matters import seed
from linli.desk.matters.actions import categories as actions
from linli.desk.matters.models import Category
from linli.desk.pages.setup.category_forms import CategoryForm, QuestionForms, question_rows, questions_of
from linli.desk.pages.setup.frame import did, page
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest


@require_safe
@desk_page("matters.categories")
def categories(request: DeskRequest, slug: str) -> HttpResponse:
    """List them, those in use first, in the order residents see."""
    del slug
    rows = [_row(one) for one in Category.objects.all()]
    return page(
        request,
        "categories.html",
        room="categories",
        in_use=[row for row in rows if row["category"].retired_at is None],
        retired=[row for row in rows if row["category"].retired_at is not None],
    )


def _row(one: Category) -> dict[str, Any]:
    group = seed.groups().get(one.group, {"zh": one.group, "en": one.group})
    return {
        "category": one,
        "group": of_two(group["zh"], group["en"]),
        "times": times_words(one),
        "emergency": one.emergency,
        "questions": len(one.questions),
        "form": KeyedForm(auto_id=f"category_{one.pk}_%s"),
        "form_down": KeyedForm(auto_id=f"category_down_{one.pk}_%s"),
    }


def times_words(one: Category) -> str:
    """Say a category's times in words."""
    if one.solve_unit == Category.Unit.WORKING:
        solve = ngettext("done within {n} working day", "done within {n} working days", one.solve_days)
    else:
        solve = ngettext("done within {n} day", "done within {n} days", one.solve_days)
    told = solve.format(n=one.solve_days)
    if one.respond_hours is None:
        return told
    respond = ngettext("first word within {n} hour", "first word within {n} hours", one.respond_hours)
    return f"{respond.format(n=one.respond_hours)} · {told}"


def evidence_words(one: Category) -> list[str]:
    """Say where a category's times come from."""
    known = {
        "own": _("our own choice, taken from no rule"),
        "kinds": _("kind of matter: Beijing 12345 regulation, Art. 2 (seen)"),
        "five_working_days": _("five working days: rules of two cities (seen), no national rule"),
        "utilities": _("round-the-clock response: Beijing 12345 regulation, Art. 19 (seen); the hours are our own choice"),
        "emergency": _("emergencies go to their own numbers: Beijing 12345 regulation, Art. 11 (seen); which are asked for is our own choice"),
        "may_lead": _("who leads: Beijing 12345 regulation, Art. 17 (seen); the assignment is our own choice"),
    }  # fmt: skip
    return [known.get(key, key) for key in one.evidence]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.categories")
def new_category(request: DeskRequest, slug: str) -> HttpResponse:
    """Add one."""
    del slug
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.categories")
def category(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Decide anew about one."""
    del slug
    return _edit(request, _category(pk))


def _edit(request: DeskRequest, there: Category | None) -> HttpResponse:
    before = there.questions if there is not None else []
    posted = request.POST if request.method == "POST" else None
    form = CategoryForm(posted, category=there)
    rows = QuestionForms(posted, prefix="q", initial=question_rows(before))

    def act() -> None:
        facts = form.facts(questions_of(rows, before))
        key = form.cleaned_data["request_key"]
        if there is None:
            actions.make_category(by=request.actor, facts=facts, key=key)
        else:
            actions.change_category(by=request.actor, category=there, facts=facts, key=key)

    if posted is not None and rows.is_valid():
        answer = did(request, form, act, to="setup:categories")
        if answer is not None:
            return answer
    return page(
        request,
        "category.html",
        room="categories",
        category=there,
        form=form,
        questions=rows,
        evidence=evidence_words(there) if there is not None else [],
        retire=KeyedForm(auto_id="retire_%s"),
        status=422 if posted is not None else 200,
    )


@require_POST
@desk_page("matters.categories")
def change(request: DeskRequest, slug: str, pk: int, what: str) -> HttpResponse:
    """Move one up or down, take it out of use or into use again."""
    there = _category(pk)
    does: dict[str, Any] = {
        "up": lambda key: actions.move_category(by=request.actor, category=there, up=True, key=key),
        "down": lambda key: actions.move_category(by=request.actor, category=there, up=False, key=key),
        "retire": lambda key: actions.retire_category(by=request.actor, category=there, key=key),
        "restore": lambda key: actions.restore_category(by=request.actor, category=there, key=key),
    }
    if what not in does:
        raise AbsentError(what)
    form = KeyedForm(request.POST)
    if done(form, lambda: does[what](form.cleaned_data["request_key"])):
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(form.non_field_errors()) or _("Load the page again."))
    return redirect("setup:categories", slug)


def _category(pk: int) -> Category:
    found = Category.objects.filter(pk=pk).first()
    if found is None:
        raise AbsentError(pk)
    return found
