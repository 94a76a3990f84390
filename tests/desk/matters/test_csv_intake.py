"""Lists of matters: every fault said, all or nothing, the same once, taken back as far as nobody has begun."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from linli.desk.common import ledger
from linli.desk.common.models import Message
from linli.desk.matters import actions, csv_intake, csv_lines, index
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Category, Matter, MatterList, Source, State
from linli.desk.people.access import ForbiddenError
from linli.desk.people.models import Resident
from linli.desk.people.residents import take_in_resident
from linli.desk.places.imports import UnusableListError, read_table
from tests.desk.clock import Frozen
from tests.desk.people.conftest import Office

GOOD = """类别,内容,地点,经度,纬度,姓名,电话,通知方式,编号,登记日期,路灯在哪里?
路灯照明,三号楼门口的灯不亮,三号楼,120.011,30.005,张三,138-1234 5678,短信,A-7,2026-11-02,
Litter and cleaning,"垃圾没人收,很臭",,,,,,,,,
"""


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def csv_of(office: Office, text: str = "") -> bytes:
    lamp = Category.objects.get(key="lighting")
    asked = lamp.questions[0]
    text = text or GOOD
    text = text.replace("路灯照明", lamp.name_zh).replace("路灯在哪里?", asked["zh"])
    lines = text.splitlines()
    if lines[0].endswith(asked["zh"]):
        lines[1] += asked["choices"][0]["zh"]
    return "\n".join(lines).encode("gb18030")


def shown_by(office: Office, data: bytes, *, datum: str = "wgs84", who: str = "desk") -> MatterList:
    return csv_intake.show_list(by=office.actor(who), data=data, name="纸质台账.csv", datum=datum)


def faults(office: Office, text: str, *, datum: str = "wgs84") -> list[tuple[int, str, str]]:
    with pytest.raises(UnusableListError) as caught:
        shown_by(office, text.encode(), datum=datum)
    return [(fault.line, fault.what, fault.remedy) for fault in caught.value.faults]


def test_list_is_shown_then_taken_in(office: Office):
    shown = shown_by(office, csv_of(office))
    assert Matter.objects.count() == 0
    assert [one.line for one in csv_intake.rows_of(shown)] == [2, 3]
    key = uuid.uuid4()
    taken = csv_intake.take_list(by=office.actor("desk"), shown=shown, key=key)
    assert csv_intake.take_list(by=office.actor("desk"), shown=shown, key=key).pk == taken.pk
    lamp, litter = Matter.objects.order_by("number")
    assert taken.matter_ids == [lamp.pk, litter.pk]
    assert (lamp.category.key, litter.category.key) == ("lighting", "sanitation")
    assert lamp.words == "三号楼门口的灯不亮\n（台账记录：A-7, 2026-11-02）"
    assert (lamp.lon, lamp.lat, lamp.grid, lamp.state) == (120.011, 30.005, office.grids[0], "dispatched")
    assert (lamp.reporter.name, lamp.reporter.phone, lamp.reporter.channel) == ("张三", "13812345678", "sms")
    assert (litter.words, litter.reporter, litter.source) == ("垃圾没人收,很臭", None, Source.CSV)
    assert lamp.answers == {"lamp": Category.objects.get(key="lighting").questions[0]["choices"][0]["key"]}
    taken.refresh_from_db()
    assert taken.rows == []
    assert ledger.verify(community=office.community) == []


def test_same_file_again_is_the_same_list(office: Office):
    shown = shown_by(office, csv_of(office))
    assert shown_by(office, csv_of(office)).pk == shown.pk
    csv_intake.take_list(by=office.actor("desk"), shown=shown)
    again = shown_by(office, csv_of(office), who="director")
    assert (again.pk, again.state) == (shown.pk, "taken")
    csv_intake.take_list(by=office.actor("director"), shown=again)
    assert Matter.objects.count() == 2


def test_same_file_with_another_datum_is_the_same_list(office: Office):
    data = b"category,words,lon,lat\nother,x,120.01,30.005\n"
    wrong = shown_by(office, data, datum="wgs84")
    right = shown_by(office, data, datum="gcj02")
    assert (right.pk, right.datum, csv_intake.rows_of(right)[0].lon < 120.01) == (wrong.pk, "gcj02", True)
    csv_intake.take_list(by=office.actor("desk"), shown=right)
    assert shown_by(office, data, datum="wgs84").state == "taken"


def test_spreadsheet_says_the_same(office: Office):
    book = openpyxl.Workbook()
    book.active.append(["事项类别*", "问题描述"])
    book.active.append(["其他", "楼道里有异响"])
    out = io.BytesIO()
    book.save(out)
    shown = csv_intake.show_list(by=office.actor("desk"), data=out.getvalue(), name="a.xlsx", datum="")
    assert [(one.category, one.words) for one in csv_intake.rows_of(shown)] == [("other", "楼道里有异响")]


def test_every_fault_is_said_with_its_line_and_remedy(office: Office):
    text = """category,words,lon,lat,phone,email,channel,confidential,spot
other,fine,,,,,,,
dragons,big,,,,,,,
other,,,,,,,,
other,a,200,30,,,,,
other,b,120.1,,,,,,
other,c,,,12,,,,
other,d,,,,nowhere,,,
other,e,,,,,pigeon,,
other,f,,,,,sms,,
other,g,,,,,,perhaps,
other,h,,,,,,,ZZZZZZZZ
other,fine,,,,,,,
lighting,dark,,,,,,,
"""
    found = faults(office, text)
    assert [line for line, _what, _remedy in found] == list(range(3, 15))
    assert all(remedy for _line, _what, remedy in found)
    said = {line: f"{what} {remedy}" for line, what, remedy in found}
    assert "dragons" in said[3]
    assert "其他" in said[3]
    assert "2" in said[13]
    assert Category.objects.get(key="lighting").questions[0]["zh"] in said[14]
    assert MatterList.objects.count() == 0


def test_list_with_places_needs_its_datum_declared(office: Office):
    ((line, _what, remedy),) = faults(office, "category,words,lon,lat\nother,x,120.01,30.0\n", datum="")
    assert (line, "GCJ-02" in remedy) == (0, True)
    shown = shown_by(office, b"category,words,lon,lat\nother,x,120.01,30.0\n", datum="gcj02")
    (told,) = csv_intake.rows_of(shown)
    # Some five hundred metres north-west of what is written.
    assert 0.002 < 120.01 - told.lon < 0.01
    assert shown_by(office, b"category,words\nother,x\n", datum="").line_count == 1


def test_nothing_is_taken_where_one_line_fails(office: Office):
    shown = shown_by(office, b"category,words\nother,one\nsuggestion,two\n", datum="")
    Category.objects.filter(key="suggestion").update(retired_at="2026-01-01T00:00:00Z")
    with pytest.raises(RefusedError, match="3"):
        csv_intake.take_list(by=office.actor("desk"), shown=shown)
    assert Matter.objects.count() == 0
    assert MatterList.objects.get().state == "shown"


def test_list_taken_back_leaves_numbers_only(office: Office):
    taken = csv_intake.take_list(by=office.actor("desk"), shown=shown_by(office, csv_of(office)))
    undone = csv_intake.undo_list(by=office.actor("desk"), taken=taken)
    assert (undone.state, undone.matter_ids, undone.resident_ids) == ("undone", [], [])
    for matter in Matter.objects.all():
        assert (matter.state, matter.outcome, matter.words) == (State.CLOSED, "withdrawn", "")
        assert matter.anonymised_at is not None
        assert not Message.objects.filter(about=matter.key).exists()
    assert Resident.objects.filter(erased_at=None).count() == 0
    assert index.find(community=office.community, words="三号楼") == []
    assert ledger.verify(community=office.community) == []
    # It may come again: it was right after all.
    again = csv_intake.take_list(by=office.actor("desk"), shown=shown_by(office, csv_of(office)))
    assert again.pk != undone.pk
    assert Matter.objects.filter(anonymised_at=None).count() == 2


def test_what_somebody_has_begun_stays(office: Office, neighbour: Resident):
    taken = csv_intake.take_list(by=office.actor("desk"), shown=shown_by(office, csv_of(office)))
    lamp, _litter = Matter.objects.order_by("number")
    actions.start_matter(matter=lamp, by=office.actor("grid_worker"))
    left = csv_intake.undo_list(by=office.actor("desk"), taken=taken)
    assert (left.state, left.matter_ids) == ("taken", [lamp.pk])
    assert Resident.objects.get(pk=lamp.reporter_id).erased_at is None
    # The same file stays the same list: what is left of it would be there twice.
    assert shown_by(office, csv_of(office)).pk == taken.pk


def test_residents_known_before_are_not_forgotten_with_a_list(office: Office):
    resident = take_in_resident(by=office.actor("desk"), name="张三", phone="13812345678", channel="sms")
    taken = csv_intake.take_list(by=office.actor("desk"), shown=shown_by(office, csv_of(office)))
    assert Matter.objects.order_by("number")[0].reporter_id == resident.pk
    csv_intake.undo_list(by=office.actor("desk"), taken=taken)
    resident.refresh_from_db()
    assert (resident.erased_at, resident.name) == (None, "张三")


def test_list_that_was_only_shown_goes_after_a_day(office: Office, time: Frozen):
    shown_by(office, csv_of(office))
    time.move(hours=23)
    assert csv_intake.forget_shown() == 0
    time.move(hours=2)
    assert csv_intake.forget_shown() == 1


def test_too_many_lines_are_refused(office: Office):
    text = "category,words\n" + "".join(f"other,{n}\n" for n in range(csv_lines.MOST_LINES + 1))
    assert faults(office, text)[0][0] == 0


@pytest.mark.parametrize("who", ["grid_worker", "auditor", "volunteer"])
def test_lists_are_for_desk_and_director(office: Office, who: str):
    with pytest.raises(ForbiddenError):
        shown_by(office, b"category,words\nother,x\n", who=who)


def _read(data: bytes) -> list:
    try:
        return read_table(data, name="x.csv", columns=csv_lines.COLUMNS, needed=("category", "words"))
    except UnusableListError as error:
        return error.faults


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"category,words\n{text}".encode()))
def test_any_bytes_are_a_list_or_faults(data: bytes):
    assert _read(data)
