from __future__ import annotations

import pytest

from linli.desk.common import clock, kept
from linli.desk.common.kept import Kept
from linli.desk.places.models import Community


@pytest.fixture
def asked(transactional_db: None) -> tuple[Kept[Community], list[str]]:
    looked: list[str] = []

    def find(slug: str) -> Community | None:
        looked.append(slug)
        return Community.objects.filter(slug=slug).first()

    Community.objects.create(slug="bridge", name_zh="桥头", created_at=clock.now())
    return Kept(find, of=[Community]), looked


def test_row_is_looked_for_once_and_given_as_a_copy(asked: tuple[Kept[Community], list[str]]) -> None:
    held, looked = asked
    first, second = held.get("bridge"), held.get("bridge")
    assert first == second
    assert looked == ["bridge"]
    first.name_zh = "别的"
    assert held.get("bridge").name_zh == "桥头"


def test_what_this_process_changes_is_seen_at_once(asked: tuple[Kept[Community], list[str]]) -> None:
    held, looked = asked
    row = held.get("bridge")
    row.name_zh = "新桥"
    row.save()
    assert held.get("bridge").name_zh == "新桥"
    row.delete()
    assert held.get("bridge") is None
    assert looked == ["bridge"] * 3


def test_what_another_changes_is_seen_after_a_second(
    asked: tuple[Kept[Community], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, _looked = asked
    held.get("bridge")
    Community.objects.filter(slug="bridge").update(name_zh="新桥")
    assert held.get("bridge").name_zh == "桥头"
    now = kept.time.monotonic()
    monkeypatch.setattr(kept.time, "monotonic", lambda: now + kept.KEPT_S)
    assert held.get("bridge").name_zh == "新桥"


@pytest.mark.django_db
def test_nothing_is_kept_in_a_transaction() -> None:
    looked: list[str] = []
    held = Kept(
        lambda slug: looked.append(slug) or Community.objects.filter(slug=slug).first(), of=[Community]
    )
    Community.objects.create(slug="bridge", name_zh="桥头", created_at=clock.now())
    held.get("bridge")
    held.get("bridge")
    assert looked == ["bridge", "bridge"]
