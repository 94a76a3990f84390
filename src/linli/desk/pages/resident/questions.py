"""The questions of a category: shown as fields, read as answers. What was not asked is not kept."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from linli.desk.matters.questions import asked_in

if TYPE_CHECKING:
    from django.http import QueryDict

    from linli.desk.matters.models import Category

_TEXT_MOST = 200


def field_of(category: Category, question: dict[str, Any]) -> str:
    """Name the field of a question: every category's stand on one page, so each has its own."""
    return f"q-{category.key}-{question['key']}"


def question_rows(category: Category, post: QueryDict | None, wrong: dict[str, str]) -> list[dict[str, Any]]:
    """Make what the template shows of each question, with what was typed."""
    rows = []
    for question in category.questions:
        name = field_of(category, question)
        typed = [] if post is None else post.getlist(name)
        rows.append(
            {
                "id": name,
                "name": asked_in(question),
                "type": question["type"],
                "required": question.get("required", False),
                "typed": typed[0] if typed else "",
                "wrong": wrong.get(name, ""),
                "choices": [
                    {"key": choice["key"], "name": asked_in(choice), "chosen": choice["key"] in typed}
                    for choice in question.get("choices", [])
                ],
            }
        )
    return rows


def read_answers(category: Category, post: QueryDict) -> tuple[dict[str, object], dict[str, str]]:
    """Read the answers by question key, and what is wrong by field."""
    answers: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for question in category.questions:
        name = field_of(category, question)
        answer, problem = _read(question, [text.strip() for text in post.getlist(name) if text.strip()])
        if problem:
            wrong[name] = f"{asked_in(question)} {problem}"
        elif answer not in ("", []):
            answers[question["key"]] = answer
        elif question.get("required", False):
            wrong[name] = _("Please answer: {question}").format(question=asked_in(question))
    return answers, wrong


def _read(question: dict[str, Any], typed: list[str]) -> tuple[object, str]:
    kind = question["type"]
    if kind == "many":
        keys = [choice["key"] for choice in question["choices"]]
        return [key for key in keys if key in typed], ""
    text = typed[0][:_TEXT_MOST] if typed else ""
    if kind == "choice":
        return (text if text in {choice["key"] for choice in question["choices"]} else ""), ""
    if text and kind == "number":
        return _read_number(text)
    if text and kind == "date":
        return _read_date(text)
    return text, ""


def _read_number(text: str) -> tuple[object, str]:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return "", _("Write a number, such as 3.")
    if abs(number) > 1e9 or number != number:  # noqa: PLR0124 # NaN alone is not itself
        return "", _("Write a number, such as 3.")
    return (int(number) if number.is_integer() else number), ""


def _read_date(text: str) -> tuple[object, str]:
    try:
        return dt.date.fromisoformat(text).isoformat(), ""
    except ValueError:
        return "", _("Write a date, such as 2026-11-24.")
