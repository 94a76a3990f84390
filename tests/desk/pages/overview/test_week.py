"""The page of the week: its numbers, its week, its thanks."""

from __future__ import annotations

import datetime as dt
import re

from linli.desk.common import clock
from linli.desk.matters.models import Callback, Matter
from tests.desk.clock import Frozen
from tests.desk.matters.rows import put
from tests.desk.pages.overview.test_overview import OVERVIEW, client_of
from tests.desk.people.conftest import Office

WEEK = f"{OVERVIEW}week/"


def look(office: Office, query: str = "", language: str = "en"):
    return client_of(office, "director", language).get(f"{WEEK}{query}")


def answered(office: Office, matter: Matter, at: str, *, solved: bool) -> None:
    moment = dt.datetime.fromisoformat(at)
    Callback.objects.create(
        community=office.community,
        matter=matter,
        round=1,
        opened_at=moment,
        answered_at=moment,
        solved=solved,
    )


def test_week_is_the_last_that_is_over(office: Office) -> None:
    put(office, days_ago=4)
    put(office, days_ago=1)
    seen = look(office).context
    assert (seen["asked"].first, seen["asked"].last) == (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
    assert [one["value"] for one in seen["totals"]][:3] == ["1", "0", "1"]
    columns = seen["chart"]["drawn"][0]["chart"].columns
    assert [(number, one.kind) for number, one in enumerate(columns) if one.height] == [(22, "received")]
    assert (seen["running"], seen["later"]) == (False, f"{WEEK}?week=2026-11-23")
    running = look(office, "?week=2026-11-24").context
    assert (running["asked"].first, running["running"], running["later"]) == (dt.date(2026, 11, 23), True, "")


def test_week_that_cannot_be_is_the_last_that_is_over(office: Office) -> None:
    for week in ("2031-01-01", "1066-10-14", "monday", "9999-12-31", "0001-01-01"):
        assert look(office, f"?week={week}").context["asked"].first == dt.date(2026, 11, 16), week


def test_week_gives_its_rates_with_what_they_are_of(office: Office) -> None:
    first, second = office.grids
    answered(office, put(office, grid=first, days_ago=10), "2026-11-18T10:00:00+08:00", solved=True)
    answered(office, put(office, grid=first, days_ago=10), "2026-11-18T10:00:00+08:00", solved=False)
    put(office, grid=second, days_ago=60)
    page = look(office).content.decode()
    assert '<strong>50%</strong> <span class="small">(1 / 2)</span>' in page
    assert "Grid 2" not in page


def test_week_thanks_by_name_whoever_had_what_was_solved(office: Office, time: Frozen) -> None:
    worker, other = office.accounts["grid_worker"], office.accounts["other"]
    answered(office, put(office, worker=worker), "2026-11-18T10:00:00+08:00", solved=True)
    answered(office, put(office, worker=worker), "2026-11-22T23:59:00+08:00", solved=True)
    answered(office, put(office, worker=other), "2026-11-22T10:00:00+08:00", solved=False)
    answered(office, put(office, worker=other), "2026-11-23T00:00:00+08:00", solved=True)
    seen = look(office)
    assert seen.context["thanks"]["words"] == "2 of 3 call-backs answered this week say “solved”."
    assert seen.context["thanks"]["names"] == worker.name
    assert f"It was in the hands of {worker.name}." in seen.content.decode()
    assert "没有收到回访答复" in look(office, "?week=2026-10-05", "zh-CN").content.decode()


def test_week_counts_what_does_not_fit_on_a_page(office: Office) -> None:
    for _ in range(9):
        put(office, overdue_at=clock.now())
    page = look(office)
    assert (len(page.context["late_rows"]), page.context["late_more"]) == (7, 2)
    assert "and 2 more" in page.content.decode()


def test_week_brings_no_script_of_its_own(office: Office) -> None:
    page = look(office).content.decode()
    assert re.findall(r'src="[^"]*/(?:overview|vendor)/[^"]*"', page) == []


def test_week_names_nothing_that_was_told_in_confidence(office: Office) -> None:
    late = {"overdue_at": clock.now(), "days_ago": 9}
    shown, told, sensitive = (
        put(office, **late),
        put(office, confidential=True, **late),
        put(office, category="whistleblow", **late),
    )
    for confidential, category in ((True, "noise"), (False, "complaint"), (False, "parking")):
        put(office, reopened=3, confidential=confidential, category=category)
    page = look(office)
    assert (page.context["late"]["count"], page.context["late_more"]) == (3, 2)
    text = page.content.decode()
    assert shown.code in text
    assert not any(code in text for code in (told.code, sensitive.code))
    assert [row["category"] for row in page.context["recurring"]] == ["Parking"]
    assert "A complaint about staff" not in text
