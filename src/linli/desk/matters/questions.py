"""The questions of a category, and answers that fit them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
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


TYPES = ("text", "number", "date", "choice", "many")
_MOST_QUESTIONS, _MOST_CHOICES = 12, 20


def well_formed(asked: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take questions as a category keeps them.

    Raises
    ------
    RefusedError
        One has no text or no choices, or two have the same key.
    """
    taken = [_well_formed(one) for one in asked]
    if len({one["key"] for one in taken}) != len(taken) or len(taken) > _MOST_QUESTIONS:
        raise RefusedError(_("At most %(most)d questions, each once.") % {"most": _MOST_QUESTIONS})
    return taken


def _well_formed(one: dict[str, Any]) -> dict[str, Any]:
    named = _named(one)
    if one["type"] not in TYPES:
        _misfit(named)
    question = {**named, "type": one["type"]} | ({"required": True} if one.get("required") else {})
    if one["type"] not in {"choice", "many"}:
        return question
    choices = [_named(choice) for choice in one.get("choices", [])]
    if not 2 <= len(choices) <= _MOST_CHOICES or len({choice["key"] for choice in choices}) != len(choices):
        raise RefusedError(
            _("Give 2 to %(most)d answers to choose from: %(question)s")
            % {"most": _MOST_CHOICES, "question": asked_in(named)}
        )
    return {**question, "choices": choices}


def _named(one: dict[str, Any]) -> dict[str, Any]:
    zh, en = str(one.get("zh", "")).strip()[:200], str(one.get("en", "")).strip()[:200]
    if not zh and not en:
        raise RefusedError(_("A question needs a text, in one language at least."))
    return {"key": str(one["key"]), "zh": zh, "en": en}
