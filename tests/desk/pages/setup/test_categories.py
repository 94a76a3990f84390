"""Categories: as the community decides, times marked by where they come from, order, questions that keep their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from linli.desk.common.models import LedgerEntry
from linli.desk.matters.models import Category, Matter
from tests.desk.matters.conftest import Receive
from tests.desk.pages.setup.conftest import Desk

Look = Callable[..., Desk]


def lighting() -> Category:
    return Category.objects.get(key="lighting")


def filled(category: Category | None = None, **changed: Any) -> dict[str, Any]:
    """The form as it stands on the page, but for what is changed."""
    facts: dict[str, Any] = {
        "name_zh": "",
        "name_en": "",
        "group": "other",
        "solve_days": 5,
        "solve_unit": "working",
    }
    if category is not None:
        names = ("name_zh", "name_en", "group", "respond_hours", "solve_days", "solve_unit", "emergency")
        facts = {name: getattr(category, name) for name in names}
        facts |= {name: "on" for name in ("public", "sensitive", "may_lead") if getattr(category, name)}
    questions = category.questions if category is not None else []
    facts |= {"q-TOTAL_FORMS": len(questions) + 2, "q-INITIAL_FORMS": len(questions)}
    for number in range(len(questions) + 2):
        one = questions[number] if number < len(questions) else {"type": "text"}
        lines = "\n".join(f"{choice['zh']} | {choice['en']}" for choice in one.get("choices", []))
        row = {"key": "", "zh": "", "en": ""} | one | {"choices": lines}
        row["required"] = "on" if one.get("required") else ""
        facts |= {
            f"q-{number}-{name}": row[name] for name in ("key", "zh", "en", "type", "required", "choices")
        }
    return {name: value for name, value in (facts | changed).items() if value not in (None, "")}


def test_saving_a_category_as_it_stands_changes_nothing(desk: Look) -> None:
    names = [field.attname for field in Category._meta.fields]
    before = {name: getattr(lighting(), name) for name in names}
    desk("desk").send(f"categories/{lighting().pk}/", **filled(lighting()))
    assert {name: getattr(lighting(), name) for name in names} == before


def test_other_times_are_our_own_choice_until_a_rule_is_named(desk: Look) -> None:
    clerk, there = desk("desk"), lighting()
    clerk.send(f"categories/{there.pk}/", **filled(there, solve_days=3))
    assert (lighting().solve_days, lighting().evidence, lighting().verified_at) == (3, ["own"], None)
    page = clerk.send(f"categories/{there.pk}/", status=422, **filled(lighting(), checked="on"))
    assert "our own choice cannot be checked" in page
    clerk.send(f"categories/{there.pk}/", **filled(lighting(), checked="on", source="XX市条例第5条"))
    assert lighting().evidence == ["XX市条例第5条"]
    assert lighting().verified_at is not None
    assert "times checked" in clerk.see("categories/")
    # Checked times that are changed are no longer checked.
    clerk.send(f"categories/{there.pk}/", **filled(lighting(), solve_days=4))
    assert (lighting().evidence, lighting().verified_at) == (["own"], None)


def test_matter_that_runs_keeps_its_deadline(desk: Look, matter: Matter, receive: Receive) -> None:
    due = matter.solve_due_at
    desk("desk").send(f"categories/{lighting().pk}/", **filled(lighting(), solve_days=1))
    matter.refresh_from_db()
    assert matter.solve_due_at == due
    assert receive().matter.solve_due_at < due


def test_sensitive_and_public_do_not_go_together(desk: Look) -> None:
    page = desk("desk").send(
        f"categories/{lighting().pk}/", status=422, **filled(lighting(), sensitive="on", public="on")
    )
    assert "What is sensitive is never shown to everybody" in page
    assert not lighting().sensitive


def test_new_category_is_last_and_can_be_chosen(desk: Look, receive: Receive) -> None:
    clerk = desk("desk")
    clerk.send("categories/new/", **filled(name_zh="加装电梯", name_en="New lift", solve_days=10))
    made = Category.objects.last()
    assert made is not None
    assert (made.key, made.name_zh, made.evidence) == ("new-lift", "加装电梯", ["own"])
    assert receive(category="new-lift", answers={}).matter.category == made
    assert "Give it a name" in clerk.send("categories/new/", status=422, **filled())


def test_question_keeps_its_key_and_new_ones_get_their_own(desk: Look) -> None:
    clerk, there = desk("desk"), lighting()
    lamp = there.questions[0]
    lines = "\n".join(f"{one['zh']} | {one['en']}" for one in lamp["choices"])
    added = {
        "q-0-zh": "哪种灯？",
        "q-0-choices": f"{lines}\n庭院 | in the yard",
        "q-2-zh": "杆号",
        "q-2-type": "text",
    }
    clerk.send(f"categories/{there.pk}/", **filled(there, **added))
    first, _second, third = lighting().questions
    assert (first["key"], first["zh"]) == (lamp["key"], "哪种灯？")
    assert [one["key"] for one in first["choices"]] == [*(one["key"] for one in lamp["choices"]), "c1"]
    assert third == {"key": "q1", "zh": "杆号", "en": "", "type": "text"}


def test_question_to_choose_from_needs_answers(desk: Look) -> None:
    page = desk("desk").send(
        f"categories/{lighting().pk}/", status=422,
        **filled(lighting(), **{"q-2-zh": "颜色", "q-2-type": "choice", "q-2-choices": "红 | red"}),
    )  # fmt: skip
    assert "answers to choose from: 颜色" in page


def test_category_moves_by_one_place(desk: Look) -> None:
    clerk = desk("desk")

    def order() -> list[str]:
        return list(Category.objects.filter(retired_at=None).values_list("key", flat=True))

    before = order()
    second = Category.objects.get(key=before[1])
    clerk.send(f"categories/{second.pk}/up/")
    assert order() == [before[1], before[0], *before[2:]]
    clerk.send(f"categories/{second.pk}/down/")
    assert order() == before


def test_retired_category_is_not_offered_and_comes_back(desk: Look, receive: Receive) -> None:
    clerk, there = desk("desk"), lighting()
    clerk.send(f"categories/{there.pk}/retire/")
    assert "lighting" not in clerk.client.get("/c/willow/desk/new/").content.decode()
    assert "Out of use" in clerk.see("categories/")
    clerk.send(f"categories/{there.pk}/restore/")
    assert lighting().retired_at is None
    events = LedgerEntry.objects.filter(about=f"category:{there.pk}").values_list("event", flat=True)
    assert list(events) == ["category.retired", "category.restored"]


def test_last_category_stays(desk: Look) -> None:
    there = lighting()
    Category.objects.exclude(pk=there.pk).update(retired_at=there.community.created_at)
    clerk = desk("desk")
    clerk.send(f"categories/{there.pk}/retire/")
    assert "One category has to stay" in clerk.see("categories/")
    assert lighting().retired_at is None


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_list_asks_as_often_for_many_as_for_one(desk: Look, language: str) -> None:
    clerk = desk("desk", language)
    many = clerk.queries("categories/")
    Category.objects.exclude(key="lighting").update(retired_at=lighting().community.created_at)
    assert clerk.queries("categories/") == many
