"""What is decided about a category, and its questions line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from linli.desk.common.language import of_two
from linli.desk.matters import seed
from linli.desk.matters.actions.categories import LONGEST_DAYS, LONGEST_HOURS, CategoryFacts
from linli.desk.matters.models import Category
from linli.desk.people.forms import KeyedForm

if TYPE_CHECKING:
    from collections.abc import Sequence

SPARE_QUESTIONS = 2
_EMERGENCIES = [
    ("", gettext_lazy("none")),
    ("police", gettext_lazy("Police")),
    ("fire", gettext_lazy("Fire")),
    ("ambulance", gettext_lazy("Ambulance")),
    ("traffic", gettext_lazy("Traffic accident")),
]
_TYPES = [
    ("text", gettext_lazy("free words")),
    ("number", gettext_lazy("a number")),
    ("date", gettext_lazy("a day")),
    ("choice", gettext_lazy("one of several")),
    ("many", gettext_lazy("any of several")),
]


class CategoryForm(KeyedForm):
    """A category as it stands, to be decided anew."""

    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=60, required=False)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60, required=False)
    group = forms.ChoiceField(label=gettext_lazy("Group"))
    respond_hours = forms.IntegerField(
        label=gettext_lazy("First word to the resident, hours after receipt"),
        min_value=1,
        max_value=LONGEST_HOURS,
        required=False,
        help_text=gettext_lazy("By the clock, nights and holidays included. Empty: no such deadline."),
    )
    solve_days = forms.IntegerField(
        label=gettext_lazy("Done within, days"), min_value=1, max_value=LONGEST_DAYS
    )
    solve_unit = forms.ChoiceField(label=gettext_lazy("Days are counted as"), choices=Category.Unit.choices)
    source = forms.CharField(
        label=gettext_lazy("Rule these times are taken from"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Name and article. Left empty, other times than before are marked as our own choice."
        ),
    )
    checked = forms.BooleanField(
        label=gettext_lazy("I have checked these times against the official text"), required=False
    )
    emergency = forms.ChoiceField(
        label=gettext_lazy("Emergency number that is told first"), choices=_EMERGENCIES, required=False
    )
    public = forms.BooleanField(
        label=gettext_lazy("Shown on the public map: category, place and state"), required=False
    )
    sensitive = forms.BooleanField(
        label=gettext_lazy("Sensitive: a person hands it out, only those it was handed to see it"),
        required=False,
    )
    may_lead = forms.BooleanField(
        label=gettext_lazy("The committee may lead; otherwise it only assists a department"), required=False
    )

    def __init__(self, *args: Any, category: Category | None, **more: Any) -> None:
        known = {} if category is None else _known(category)
        super().__init__(*args, initial={"solve_days": 5, "may_lead": True} | known, **more)
        self.fields["group"].choices = [
            (key, of_two(names["zh"], names["en"])) for key, names in seed.groups().items()
        ]

    def facts(self, questions: Sequence[dict[str, Any]]) -> CategoryFacts:
        """Collect what was decided."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "request_key"}
        return CategoryFacts(**given, questions=tuple(questions))


def _known(category: Category) -> dict[str, Any]:
    names = (
        "name_zh", "name_en", "group", "respond_hours", "solve_days", "solve_unit", "emergency", "public", "sensitive",
        "may_lead",
    )  # fmt: skip
    return {name: getattr(category, name) for name in names} | {"checked": category.verified_at is not None}


class QuestionForm(forms.Form):
    """One question; one without a text is left out."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    zh = forms.CharField(label=gettext_lazy("Question in Chinese"), max_length=200, required=False)
    en = forms.CharField(label=gettext_lazy("Question in English"), max_length=200, required=False)
    type = forms.ChoiceField(label=gettext_lazy("Answered by"), choices=_TYPES)
    required = forms.BooleanField(label=gettext_lazy("Has to be answered"), required=False)
    choices = forms.CharField(
        label=gettext_lazy("Answers to choose from"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One on each line, Chinese | English."),
    )

    @property
    def is_asked(self) -> bool:
        """Whether there is a question at all."""
        return bool(self.cleaned_data["zh"].strip() or self.cleaned_data["en"].strip())


QuestionForms = forms.formset_factory(QuestionForm, extra=SPARE_QUESTIONS, max_num=14)


def question_rows(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put questions as the forms show them."""
    return [
        {
            **{name: one.get(name, "") for name in ("key", "zh", "en", "type")},
            "required": one.get("required", False),
            "choices": "\n".join(_line(choice) for choice in one.get("choices", [])),
        }
        for one in questions
    ]


def _line(choice: dict[str, Any]) -> str:
    return " | ".join(part for part in (choice.get("zh", ""), choice.get("en", "")) if part)


def questions_of(rows: Any, before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put questions as a category keeps them. Keys stay what they were: the answers that were given name them."""
    known = {one["key"]: one for one in before}
    taken = set(known)
    found = []
    for row in rows:
        if not row.is_asked:
            continue
        given = row.cleaned_data
        key = given["key"] if given["key"] in known else _free("q", taken)
        taken.add(key)
        choices = _choices(given["choices"], known.get(key, {}).get("choices", []))
        found.append(
            {
                **{name: given[name] for name in ("zh", "en", "type", "required")},
                "key": key,
                "choices": choices,
            }
        )
    return found


def _choices(text: str, before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Read answers line by line; one that reads as before in either language is the same."""
    taken = {one["key"] for one in before}
    found: list[dict[str, Any]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        zh, _bar, en = (part.strip() for part in line.partition("|"))
        if not _bar and zh.isascii():
            zh, en = "", zh
        same = next(
            (one["key"] for one in before if (zh and one.get("zh") == zh) or (en and one.get("en") == en)), ""
        )
        used = {one["key"] for one in found}
        key = same if same and same not in used else _free("c", taken)
        taken.add(key)
        found.append({"key": key, "zh": zh, "en": en})
    return found


def _free(letter: str, taken: set[str]) -> str:
    return next(name for number in range(1, len(taken) + 2) if (name := f"{letter}{number}") not in taken)
