"""The questions of a category, and answers that fit them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NoReturn

from django.utils.translation import gettext as _

from linli.desk.common.language import of_two
from linli.desk.matters.errors import RefusedError

if TYPE_CHECKING:
    from linli.desk.matters.models import Category

LONGEST_ANSWER = 500


def asked_in(question: dict[str, Any]) -> str:
    """Put a question, or a choice, in the reader's language."""
    return of_two(question.get("zh", ""), question.get("en", "")) or str(question["key"])


def checked(category: Category, answers: dict[str, Any], *, asked: bool = True) -> dict[str, Any]:
    """Take the answers that the category asks for; whatever else came with them is left out.

    Where nobody was asked, none has to be answered.

    Raises
    ------
    RefusedError
        One that has to be answered is not, or does not fit its question.
    """
    taken: dict[str, Any] = {}
    for question in category.questions:
        given = answers.get(question["key"])
        if given in (None, "", []):
            if asked and question.get("required"):
                raise RefusedError(_("Please answer: %(question)s") % {"question": asked_in(question)})
            continue
        taken[question["key"]] = _fitting(question, given)
    return taken


def _fitting(question: dict[str, Any], given: Any) -> Any:
    kind = question["type"]
    known = {choice["key"] for choice in question.get("choices", [])}
    if kind == "many":
        chosen = [str(one) for one in (given if isinstance(given, list) else [given])]
        return sorted(chosen) if set(chosen) <= known else _misfit(question)
    text = str(given).strip()
    if kind == "choice":
        return text if text in known else _misfit(question)
    if kind == "number":
        return _number(question, text)
    if kind == "date":
        return _date(question, text)
    return text if len(text) <= LONGEST_ANSWER else _misfit(question)


def _number(question: dict[str, Any], text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        _misfit(question)
    # Neither NaN nor infinity: JSON knows neither.
    return number if abs(number) < 1e12 else _misfit(question)


def _date(question: dict[str, Any], text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        _misfit(question)


def _misfit(question: dict[str, Any]) -> NoReturn:
    raise RefusedError(
        _("This answer does not fit the question: %(question)s") % {"question": asked_in(question)}
    )


def shown(category: Category, answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Put questions and answers as people read them, in the category's order."""
    rows = []
    for question in category.questions:
        if question["key"] not in answers:
            continue
        given = answers[question["key"]]
        labels = {choice["key"]: asked_in(choice) for choice in question.get("choices", [])}
        values = given if isinstance(given, list) else [given]
        rows.append((asked_in(question), ", ".join(labels.get(str(value), f"{value}") for value in values)))
    return rows
