"""The overview: what the figures say, what a form does, who may do what."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.matters import actions
from linli.desk.matters.actions.proposing import propose_project
from linli.desk.matters.models import Callback, Escalation, Matter, State
from linli.desk.matters.sweeps import climb
from linli.desk.pages.overview import asked as asking
from linli.desk.people.actors import RESIDENT
from tests.desk.clock import Frozen
from tests.desk.matters.conftest import IN_SECOND, Receive
from tests.desk.matters.rows import put
from tests.desk.people.conftest import Office, make_office

OVERVIEW = "/c/willow/overview/"


def client_of(office: Office, name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(office.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def look(office: Office, query: str = "", who: str = "director") -> dict:
    answer = client_of(office, who).get(f"{OVERVIEW}{query}")
    assert answer.status_code == 200
    return answer.context


def test_totals_stand_beside_the_period_before(office: Office) -> None:
    for days_ago, closed_after in ((3, None), (3, 1.0), (3, 2.0), (10, None), (10, 2), (30, None)):
        put(office, days_ago=days_ago, closed_after=closed_after)
    put(office, days_ago=30, overdue_at=clock.now())
    totals = look(office, "?since=2026-11-18&until=2026-11-24")["totals"]
    assert [(one["key"], one["value"], one["before"]) for one in totals] == [
        ("received", "3", "2"),
        ("closed", "2", "1"),
        ("open", "4", "3"),
        ("median", "1.5", "2.0"),
        ("late", "1", ""),
    ]


def test_days_are_days_there_and_the_last_one_counts(office: Office, time: Frozen) -> None:
    time.set("2026-11-24T23:30:00+08:00")
    put(office, days_ago=0)
    put(office, days_ago=1)
    totals = {
        one["key"]: one["value"] for one in look(office, "?since=2026-11-24&until=2026-11-24")["totals"]
    }
    assert totals["received"] == "1"


def test_rates_tell_what_they_are_of_and_how_they_stood(
    office: Office, receive: Receive, time: Frozen
) -> None:
    time.set("2026-10-20T09:00:00+08:00")
    answer(office, receive().matter, solved=True)
    time.set("2026-11-24T09:00:00+08:00")
    for solved in (True, True, False):
        answer(office, receive().matter, solved=solved)
    receive(at=IN_SECOND)
    rows = look(office, "?since=2026-11-18&until=2026-11-24")["by_grid"]
    named = {row["name"]: {cell["key"]: cell for cell in row["rates"]} for row in rows}
    assert list(named) == ["All together", "Grid 1", "Grid 2"]
    solution = named["Grid 1"]["solution"]
    assert (solution["percent"], solution["part"], solution["whole"], solution["few"]) == (
        "67%",
        "2",
        "3",
        True,
    )
    assert solution["before"] == ""
    assert named["Grid 2"]["solution"]["percent"] == ""
    rows = look(office, "?since=2026-11-01&until=2026-11-24")["by_category"]
    solution = rows[0]["rates"][1]
    assert (solution["before"], solution["change"], solution["points"]) == ("100% (1 / 1)", "down", 33)


def answer(office: Office, matter: Matter, *, solved: bool) -> None:
    actions.finish_matter(matter=matter, by=office.actor("grid_worker"), text="好了")
    actions.resident_answers(matter=matter, by=RESIDENT(office.community), solved=solved, satisfied=solved)


def test_filters_narrow_every_figure(office: Office) -> None:
    first, second = office.grids
    for grid, category in ((first, "lighting"), (first, "noise"), (second, "noise"), (None, "noise")):
        put(office, grid=grid, category=category, overdue_at=clock.now())

    def counts(query: str) -> tuple[str, int, int]:
        seen = look(office, query)
        return seen["totals"][0]["value"], seen["late"]["count"], len(seen["late_rows"])

    assert counts("") == ("4", 4, 4)
    assert counts(f"?grid={second.pk}") == ("1", 1, 1)
    assert counts("?grid=none") == ("1", 1, 1)
    assert counts("?category=noise") == ("3", 3, 3)
    assert counts(f"?category=lighting&grid={second.pk}") == ("0", 0, 0)
    assert counts("?category=no_such&grid=999999") == ("4", 4, 4)


def test_period_that_cannot_be_is_said_and_the_usual_shown(office: Office) -> None:
    for query in (
        "since=2026-11-24&until=2026-11-01",
        "since=gestern",
        "until=0001-01-01",
        "since=9999-12-31",
        "since=0001-01-01&until=1999-01-01",
    ):
        asked = asking.read(QueryDict(query), office.community)
        assert asked.problem, query
        assert (asked.first, asked.last) == (dt.date(2026, 9, 2), dt.date(2026, 11, 24))
    page = client_of(office, "director").get(f"{OVERVIEW}?since=gestern").content.decode()
    assert "These are no dates we understand." in page


def test_period_of_a_century_is_cut_and_its_weeks_too(office: Office) -> None:
    seen = look(office, "?since=1926-01-01")
    assert seen["asked"].days == asking.LONGEST_DAYS
    assert len(seen["weeks"]["rows"]) == asking.MOST_WEEKS
    assert seen["weeks"]["rows"][-1]["monday"] == dt.date(2026, 11, 23)
    assert seen["weeks"]["running"]


def test_weeks_say_the_same_as_their_charts(office: Office) -> None:
    put(office, days_ago=1, closed_after=0.5)
    put(office, days_ago=8)
    put(office, days_ago=8)
    weeks = look(office, "?since=2026-11-16&until=2026-11-24")["weeks"]
    assert [(row["received"], row["closed"], row["open"], row["median"]) for row in weeks["rows"]] == [
        ("2", "0", "2", "—"),
        ("1", "1", "2", "0.5"),
    ]
    columns = weeks["charts"][0]["drawn"][0]["chart"].columns
    assert [one.height > 0 for one in columns] == [True, False, True, True]


def test_late_matter_shows_its_ladder_and_is_acknowledged_here(
    office: Office, time: Frozen, receive: Receive
) -> None:
    matter = receive().matter
    time.move(days=14)
    climb()
    time.move(hours=5)
    climb()
    [row] = look(office)["late_rows"]
    assert [rung["mood"] for rung in row["ladder"]] == ["told", "told", "ahead", "ahead"]
    assert look(office)["late"]["rungs"][1]["n"] == 1
    assert row["may_acknowledge"]
    told = {
        "request_key": str(uuid.uuid4()),
        "version": row["version"],
        "note": "周三前换灯",
        "back": f"{OVERVIEW}?grid=",
    }
    client = client_of(office, "director")
    for _ in range(2):
        sent = client.post(f"{OVERVIEW}late/{matter.code}/", told)
        assert (sent.status_code, sent["Location"]) == (302, f"{OVERVIEW}?grid=#late")
    with scope(community=office.community):
        rungs = Escalation.objects.filter(matter=matter)
        assert {(one.acknowledged_by, one.note) for one in rungs} == {
            (office.accounts["director"].key, "周三前换灯")
        }
        assert matter.steps.filter(verb="acknowledge").count() == 1
    [row] = look(office)["late_rows"]
    assert [rung["mood"] for rung in row["ladder"]] == ["answered", "answered", "ahead", "ahead"]
    assert (row["may_acknowledge"], row["notes"]) == (False, ["周三前换灯"])


def test_acknowledging_goes_nowhere_else_and_says_what_is_wrong(office: Office, matter: Matter) -> None:
    told = {"request_key": str(uuid.uuid4()), "note": "", "back": "https://example.org/"}
    client = client_of(office, "director")
    sent = client.post(f"{OVERVIEW}late/{matter.code}/", told)
    assert sent["Location"] == f"{OVERVIEW}#late"
    assert "Please write a few words" in client.get(OVERVIEW).content.decode()


def test_auditor_reads_everything_and_does_nothing(office: Office, time: Frozen, receive: Receive) -> None:
    matter = receive().matter
    time.move(days=14)
    climb()
    page = client_of(office, "auditor").get(OVERVIEW)
    assert [row["code"] for row in page.context["late_rows"]] == [matter.code]
    assert '<form method="post" class="fields"' not in page.content.decode()
    assert "/overview/export/" not in page.content.decode()
    sent = client_of(office, "auditor").post(f"{OVERVIEW}late/{matter.code}/", {"note": "gesehen"})
    assert sent.status_code == 404
    with scope(community=office.community):
        assert not Escalation.objects.exclude(acknowledged_at=None).exists()


def test_clusters_are_numbered_alike_on_map_and_list(office: Office) -> None:
    for number in range(4):
        put(office, lon=120.011 + number / 100_000, overdue_at=clock.now() if number else None)
    page = client_of(office, "director").get(OVERVIEW)
    [row] = page.context["clusters"]
    assert (row["number"], row["count"], row["late"], row["grids"], row["kinds"]) == (
        1,
        4,
        3,
        "Grid 1",
        "Lighting 4",
    )
    text = page.content.decode()
    assert 'id="cluster-1"' in text
    assert "&quot;number&quot;: 1" in text


def test_what_came_back_leads_to_a_proposal_once(office: Office) -> None:
    codes = [put(office, days_ago=number).code for number in range(1, 4)]
    put(office, category="whistleblow", reopened=3, lat=30.009)
    back = {row["category"]: row for row in look(office)["recurring"]}
    assert back["Lighting"]["all_codes"] == codes
    assert back["Lighting"]["openly"]
    assert not back["Reporting a breach of rules"]["openly"]
    client, key = client_of(office, "director"), str(uuid.uuid4())
    form = client.get(f"{OVERVIEW}projects/new/", {"matter": codes})
    assert form.context["form"].initial == {"title": "Lighting", "place_words": "Grid 1"}
    told = {
        "request_key": key,
        "title": "东街改线",
        "place_words": "东街",
        "text": "每逢下雨就跳闸",
        "matter": codes[:2],
    }
    for _ in range(2):
        assert client.post(f"{OVERVIEW}projects/new/", told)["Location"] == f"{OVERVIEW}projects/1/"
    page = client.get(f"{OVERVIEW}projects/1/").content.decode()
    assert all(words in page for words in ("东街改线", "每逢下雨就跳闸", *codes[:2]))
    # What residents wrote is not handed round.
    assert "路灯不亮" not in page
    assert codes[2] not in page
    [row] = [row for row in look(office)["recurring"] if row["category"] == "Lighting"]
    assert row["proposal"].number == 1
    listed = client_of(office, "auditor").get(f"{OVERVIEW}projects/").content.decode()
    assert "东街改线" in listed


def test_proposal_that_lacks_something_keeps_what_was_typed(office: Office) -> None:
    told = {"request_key": str(uuid.uuid4()), "title": "改线", "text": "第三次了", "matter": "26-99999"}
    sent = client_of(office, "director").post(f"{OVERVIEW}projects/new/", told)
    assert sent.status_code == 422
    page = sent.content.decode()
    assert "第三次了" in page
    assert "Choose the matters" in page


def test_overview_asks_as_often_for_many_as_for_few(office: Office) -> None:
    client = client_of(office, "director")

    def count() -> list[int]:
        counts = []
        for path in ("", "week/", "projects/", "export/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{OVERVIEW}{path}").status_code == 200
            counts.append(len(queries))
        return counts

    def fill(times: int) -> None:
        by = office.actor("director")
        categories = ["lighting", "noise", "parking"]
        for number in range(times):
            matter = put(
                office, category=categories[number % 3], grid=office.grids[number % 2], lat=30.005 + number % 5 / 1000,
                overdue_at=clock.now(), state=State.DISPATCHED, worker=office.accounts["grid_worker"], reopened=3,
            )  # fmt: skip
            Escalation.objects.create(
                community=office.community, matter=matter, rung=1, who="worker", at=clock.now()
            )
            propose_project(by=by, title="改线", text="第三次了", matters=[matter])
            done = put(office, closed_after=0.2, lat=30.005 + number % 5 / 1000)
            Callback.objects.create(
                community=office.community, matter=done, round=1, opened_at=clock.now(), answered_at=clock.now(), solved=True
            )  # fmt: skip

    count()
    fill(6)
    few = count()
    fill(20)
    assert count() == few
    assert max(few) <= 45


def test_overview_is_in_chinese_too(office: Office) -> None:
    put(office, overdue_at=clock.now())
    page = client_of(office, "director", "zh-CN").get(OVERVIEW).content.decode()
    for words in ("总览", "响应率", "解决率", "满意率", "已超期 (1)", "上期"):
        assert words in page


def test_ways_lead_to_the_overview(office: Office) -> None:
    page = client_of(office, "director").get("/c/willow/desk/").content.decode()
    assert re.search(r'href="/c/willow/overview/"[^>]*>Overview', page)


def test_nobody_finds_matters_of_next_door(office: Office) -> None:
    river = make_office("river")
    with scope(community=river.community):
        actions.seed_matters(community=river.community)
        for _ in range(3):
            put(river, overdue_at=clock.now())
    seen = look(office)
    assert (seen["late"]["count"], seen["clusters"], seen["recurring"]) == (0, [], [])
    assert seen["totals"][0]["value"] == "0"
