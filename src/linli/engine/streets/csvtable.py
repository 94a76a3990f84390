"""A person's CSV file → rows of text with their line numbers, and every fault of it in one go.

Accepts what spreadsheets write: UTF-8 with or without a byte order mark, GB18030; commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS_FILE = Path(__file__).with_name("register.toml")
_SHOWN = 20  # more lines than a person reads at once are counted, not shown


@lru_cache(maxsize=1)
def words() -> dict[str, dict[str, str]]:
    """Read `register.toml`: section → what may be written, folded → what it means."""
    raw: dict[str, dict[str, list[str]]] = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return {
        section: {fold(word): meaning for meaning, written in rows.items() for word in written}
        for section, rows in raw.items()
    }


def fold(text: str) -> str:
    """Lower case, without spaces and without what stands in brackets at the end."""
    return re.sub(r"[(（\[【].*$", "", re.sub(r"[\s\ufeff]+", "", text)).casefold()


@dataclass
class Faults:
    """What is wrong with a file, one fault a line (the first; others may only follow from it), all said at once."""

    path: Path
    lines: dict[int, str] = field(default_factory=dict)

    def add(self, line: int, what: str) -> None:
        """Note a fault; `what` holds the fault and, after a semicolon, its remedy."""
        self.lines.setdefault(line, what)

    def raise_if_any(self) -> None:
        """Raise InputError with one `FILE:LINE: …` a fault (the first twenty) if there is any."""
        if not self.lines:
            return
        shown = [f"{self.path}:{line}: {what}" for line, what in sorted(self.lines.items())[:_SHOWN]]
        hidden = len(self.lines) - len(shown)
        if hidden:
            shown.append(f"{self.path}: {hidden} more lines like these; nothing of the file was used")
        raise InputError("\n".join(shown))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: cells by the meaning of their column, stripped; absent columns read as empty."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def number(self, column: str, faults: Faults, *, low: float = 0.0, high: float = math.inf) -> float:
        """Read a number; nan when the cell is empty or, noted in `faults`, when it is no number in its range."""
        text = self[column]
        if not text:
            return math.nan
        try:
            value = float(text.replace(",", "")) if column not in {"lon", "lat"} else float(text)
        except ValueError:
            faults.add(self.line, f"{column} is “{text}”, which is no number; write digits only, like 120.5")
            return math.nan
        if not low <= value <= high:
            faults.add(self.line, f"{column} is {text}, not between {low:g} and {high:g}; correct it")
            return math.nan
        return value


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file's columns (by meaning) and rows."""

    path: Path
    columns: frozenset[str]
    rows: list[Row]


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{path}: is a spreadsheet, not CSV; save it as “CSV UTF-8” and give that file")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
    raise InputError(f"{path}:{line}: is neither UTF-8 nor GB18030 text; save it as “CSV UTF-8”")


def _records(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, [cell.strip() for cell in record]
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}:{line}: is not CSV ({error}); check the quotes in this line") from error


def read_table(path: Path, *, known: frozenset[str], needed: tuple[frozenset[str], ...]) -> Table:
    """Read a CSV file whose header is in any of the words of `register.toml`.

    Parameters
    ----------
    known
        Columns (by meaning) that are of use; others are ignored.
    needed
        Of each of these sets of columns at least one must be there.

    Raises
    ------
    InputError
        The file cannot be read, is no CSV, or lacks a column; or a row has more cells than the header (every such row
        is named).
    """
    records = _records(_text(path), path)
    header_line, header = next(((n, row) for n, row in records if any(row)), (1, []))
    meanings = [words()["columns"].get(fold(title), "") for title in header]
    meanings = [meaning if meaning in known else "" for meaning in meanings]
    for column in known:
        if meanings.count(column) > 1:
            raise InputError(f"{path}:{header_line}: has two columns for {column}; leave one of them out")
    for choice in needed:
        if not choice & set(meanings):
            hint = "; use “,” and not “，” between columns" if "，" in "".join(header) else ""
            found = "、".join(title for title in header if title) or "nothing"
            raise InputError(
                f"{path}:{header_line}: has no column {' or '.join(sorted(choice))} (found: {found});"
                f" name it in the first line, e.g. {_examples(choice)}{hint}"
            )
    faults, rows = Faults(path), []
    for line, record in records:
        if not any(record):
            continue
        if any(record[len(header) :]):
            faults.add(
                line,
                f"has {len(record)} cells where the header has {len(header)}; put text that holds a comma in double quotes",
            )
            continue
        cells: dict[str, Any] = {m: cell for m, cell in zip(meanings, record, strict=False) if m and cell}
        rows.append(Row(line, cells))
    faults.raise_if_any()
    return Table(path, frozenset(meanings) - {""}, rows)


def _examples(choice: frozenset[str]) -> str:
    table = words()["columns"]
    column = min(choice)
    chinese = [word for word, meaning in table.items() if meaning == column and not word.isascii()]
    return " or ".join([column, *chinese[:1]])
