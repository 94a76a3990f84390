"""A list of matters as a file: which columns, what each says, and that no cell of it is ever run as a formula."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from defusedcsv import csv
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from linli.desk.matters.models import OPEN, Matter, Outcome, Source, State
from linli.desk.matters.texts import scrub
from linli.desk.pages.staff.showing import grid_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.places.models import Community

#: A workbook is made whole before it is sent, in seconds; larger lists go out as CSV, row by row.
MOST_IN_WORKBOOK = 20_000
#: Rows that are read, and sent, at a time.
CHUNK = 1000
#: What spreadsheets take for the beginning of a formula, also in the width that Chinese keyboards write.
FORMULA_SIGNS = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
_DAY = dt.timedelta(days=1)

Value = str | int | float | dt.datetime | None


@dataclass(frozen=True)
class Column:
    """A column: its name, what it says, and how it is read from a matter."""

    key: str
    name: Promise
    about: Promise
    read: Callable[[Matter, ZoneInfo], Value]
    # What residents wrote, or where exactly it is: only on request, with a reason.
    personal: bool = False


def _local(field: str) -> Callable[[Matter, ZoneInfo], Value]:
    def read(matter: Matter, zone: ZoneInfo) -> Value:
        moment: dt.datetime | None = getattr(matter, field)
        return None if moment is None else moment.astimezone(zone).replace(tzinfo=None, microsecond=0)

    return read


def _told_openly(matter: Matter) -> bool:
    return not matter.confidential and not matter.category.sensitive


def _openly(read: Callable[[Matter], Value]) -> Callable[[Matter, ZoneInfo], Value]:
    """Leave empty what was told in confidence: a file leaves the desk."""
    return lambda matter, _zone: read(matter) if _told_openly(matter) else None


def _days(matter: Matter, _zone: ZoneInfo) -> Value:
    return None if matter.closed_at is None else round((matter.closed_at - matter.received_at) / _DAY, 2)


def _yes_no(value: bool | None) -> Value:  # noqa: FBT001 -- a cell, not an option
    return None if value is None else _("yes") if value else _("no")


def _rounded(field: str, digits: int) -> Callable[[Matter], Value]:
    def read(matter: Matter) -> Value:
        value: float | None = getattr(matter, field)
        return None if value is None else round(value, digits)

    return read


COLUMNS: tuple[Column, ...] = (
    Column("code", gettext_lazy("number"), gettext_lazy("The matter's public number."), lambda m, _z: m.code),
    Column("received", gettext_lazy("received at"), gettext_lazy("When it was received, by the clock there."), _local("received_at")),
    Column("category", gettext_lazy("category"), gettext_lazy("What it is about."), lambda m, _z: m.category.name),
    Column("grid", gettext_lazy("grid"), gettext_lazy("The grid it lies in; empty where it lies in none."), lambda m, _z: grid_name(m.grid) if m.grid is not None else None),
    Column("source", gettext_lazy("came by"), gettext_lazy("By which way it came."), lambda m, _z: str(Source(m.source).label)),
    Column("state", gettext_lazy("state"), gettext_lazy("Where it stands at the moment of the export."), lambda m, _z: str(State(m.state).label)),
    Column("outcome", gettext_lazy("outcome"), gettext_lazy("How it ended; empty until it is closed."), lambda m, _z: str(Outcome(m.outcome).label) if m.outcome else None),
    Column("worker", gettext_lazy("with whom"), gettext_lazy("The member of staff who has it in hand."), lambda m, _z: m.worker.name if m.worker is not None else None),
    Column("lead", gettext_lazy("department"), gettext_lazy("The department that leads, where one was called in."), lambda m, _z: m.lead or None),
    Column("respond_due", gettext_lazy("first contact due"), gettext_lazy("By when the resident was to hear from a person."), _local("respond_due_at")),
    Column("responded", gettext_lazy("first contact"), gettext_lazy("When they did."), _local("responded_at")),
    Column("due", gettext_lazy("due"), gettext_lazy("By when it was to be done, pauses and extensions counted in."), _local("solve_due_at")),
    Column("done", gettext_lazy("done at"), gettext_lazy("When it was said to be done."), _local("done_at")),
    Column("closed", gettext_lazy("closed at"), gettext_lazy("When it was closed."), _local("closed_at")),
    Column("days", gettext_lazy("days to closing"), gettext_lazy("From receipt to closing, in days of 24 hours."), _days),
    Column("late", gettext_lazy("is overdue"), gettext_lazy("Whether it is open and late at the moment of the export."), lambda m, _z: _yes_no(m.overdue_at is not None and m.state in OPEN)),
    Column("rung", gettext_lazy("rung"), gettext_lazy("How many rungs of the ladder it has climbed; 0: none."), lambda m, _z: m.rung),
    Column("reopened", gettext_lazy("times reopened"), gettext_lazy("How often it was opened again."), lambda m, _z: m.reopened),
    Column("solved", gettext_lazy("solved"), gettext_lazy("What the resident said in the last call-back; empty: not answered."), lambda m, _z: _yes_no(m.solved)),
    Column("satisfied", gettext_lazy("satisfied"), gettext_lazy("What the resident said in the last call-back; empty: not said."), lambda m, _z: _yes_no(m.satisfied)),
    Column("rating", gettext_lazy("rating"), gettext_lazy("1 to 5, by the resident; empty: none given."), lambda m, _z: m.rating),
    Column("lat", gettext_lazy("latitude"), gettext_lazy("WGS-84, to about a hundred metres; empty for what was told in confidence."), _openly(_rounded("lat", 3))),
    Column("lon", gettext_lazy("longitude"), gettext_lazy("WGS-84, to about a hundred metres; empty for what was told in confidence."), _openly(_rounded("lon", 3))),
    Column("words", gettext_lazy("words"), gettext_lazy("What the resident wrote, with numbers, addresses and plates taken out; empty for what was told in confidence."), _openly(lambda m: scrub(m.words) or None), personal=True),
    Column("place_words", gettext_lazy("place in words"), gettext_lazy("Where it is, as the resident wrote it, with numbers, addresses and plates taken out; empty for what was told in confidence."), _openly(lambda m: scrub(m.place_words) or None), personal=True),
    Column("exact_lat", gettext_lazy("exact latitude"), gettext_lazy("WGS-84, to the metre; empty for what was told in confidence."), _openly(_rounded("lat", 5)), personal=True),
    Column("exact_lon", gettext_lazy("exact longitude"), gettext_lazy("WGS-84, to the metre; empty for what was told in confidence."), _openly(_rounded("lon", 5)), personal=True),
)  # fmt: skip

#: What the columns are read from: above all not the follow codes, each of which would be decrypted.
_FIELDS = (
    "community_id", "code", "received_at", "category__name_zh", "category__name_en", "category__sensitive", "grid__number",
    "grid__name_zh", "grid__name_en", "source", "state", "outcome", "worker__name", "lead", "respond_due_at",
    "responded_at", "solve_due_at", "done_at", "closed_at", "overdue_at", "rung", "reopened", "solved", "satisfied",
    "rating", "confidential", "lon", "lat", "words", "place_words",
)  # fmt: skip


def columns(*, personal: bool) -> list[Column]:
    """List the columns that go out."""
    return [one for one in COLUMNS if personal or not one.personal]


def rows(found: QuerySet[Matter], wanted: Sequence[Column], community: Community) -> Iterator[list[Value]]:
    """Read row by row, however many there are."""
    zone = ZoneInfo(community.timezone)
    slim = found.select_related("category", "grid", "worker").only(*_FIELDS)
    for matter in slim.iterator(chunk_size=CHUNK):
        yield [column.read(matter, zone) for column in wanted]


def csv_chunks(wanted: Sequence[Column], lines: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """Write CSV a thousand rows at a time, with the mark by which Excel knows UTF-8."""
    page = io.StringIO()
    writer = csv.writer(page)
    page.write("\ufeff")
    writer.writerow([str(one.name) for one in wanted])
    for number, line in enumerate(lines, start=1):
        writer.writerow([_as_text(value) for value in line])
        if number % CHUNK == 0:
            yield page.getvalue().encode()
            page.seek(0)
            page.truncate()
    yield page.getvalue().encode()


def _as_text(value: Value) -> Value:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, str):
        return guarded(value)
    return value


def guarded(words: str) -> str:
    """Keep words from being run; the writer of CSV guards the usual signs, this also the wide ones."""
    words = one_line(words)
    return f"'{words}" if words.startswith(FORMULA_SIGNS[-4:]) else words


def one_line(words: str) -> str:
    """Write words on one line, without signs that no sheet can hold."""
    return " ".join(ILLEGAL_CHARACTERS_RE.sub("", words).split())


def workbook(
    wanted: Sequence[Column], lines: Iterable[Sequence[Value]], *, title: str, notes: Sequence[str]
) -> IO[bytes]:
    """Write a workbook to a file of its own: the list, and a sheet that says what it is and what each column means."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Matters"))
    sheet.freeze_panes = "B2"
    sheet.append([str(one.name) for one in wanted])
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    about = book.create_sheet(_("What it says"))
    for note in (title, *notes):
        about.append([_cell(about, note)])
    about.append([])
    for one in wanted:
        about.append([str(one.name), str(one.about)])
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the response that sends it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: Any, value: Value) -> Any:
    """Give a value as it is, unless it is text that begins like a formula: a cell made by hand takes ten times as long."""
    if not isinstance(value, str):
        return value
    words = one_line(value)
    return _text_cell(sheet, words) if words.startswith(FORMULA_SIGNS) else words


def _text_cell(sheet: Any, words: str) -> Any:
    """Make a cell that is text whatever it begins with, and stays so when somebody edits it."""
    cell = WriteOnlyCell(sheet, value=words)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
