"""What a list of matters says, line by line, with every fault of it and its remedy. Writes nothing."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from linli.desk.common.language import of_two
from linli.desk.matters import questions
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Category
from linli.desk.people.contacts import normal_email, normal_phone
from linli.desk.places.imports import Fault, Faults, UnusableListError, checked_datum, position, read_table
from linli.desk.places.models import Spot

if TYPE_CHECKING:
    from linli.desk.places.imports import Line
    from linli.engine.streets.datum import Datum

# In one transaction, for which all who write wait on SQLite: some 20 ms a line, so a few seconds.
MOST_LINES = 200
LONGEST_WORDS = 4500
COLUMNS: dict[str, tuple[str, ...]] = {
    "category": ("类别", "事项类别", "问题类别", "分类", "类型", "kind", "type"),
    "words": ("内容", "事项内容", "问题描述", "反映内容", "描述", "诉求内容", "description", "text"),
    "place": ("地点", "地址", "位置", "事发地点", "address", "where"),
    "lon": ("lng", "longitude", "经度"),
    "lat": ("latitude", "纬度"),
    "spot": ("点位", "点位编号", "spot code"),
    "name": ("姓名", "称呼", "反映人", "联系人", "reporter"),
    "phone": ("电话", "手机", "手机号", "联系电话", "联系方式", "telephone", "mobile"),
    "email": ("邮箱", "电子邮箱", "e-mail"),
    "channel": ("通知方式", "告知方式", "told by"),
    "confidential": ("保密", "是否保密", "要求保密"),
    "date": ("日期", "登记日期", "登记时间", "反映时间", "受理时间", "date received"),
    "reference": ("编号", "工单号", "工单编号", "序号", "原编号", "number", "reference number"),
}
_YES, _NO = {"yes", "y", "true", "1", "是", "√", "要"}, {"", "no", "n", "false", "0", "否", "不", "×"}
_CHANNELS = {
    "": "none", "none": "none", "no": "none", "无": "none", "不通知": "none", "否": "none",
    "sms": "sms", "text": "sms", "text message": "sms", "短信": "sms", "手机短信": "sms",
    "email": "email", "e-mail": "email", "邮件": "email", "邮箱": "email", "电子邮件": "email",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Told:
    """One line that can be taken in; JSON-able."""

    line: int
    category: str
    words: str
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    spot: int | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    channel: str = "none"
    confidential: bool = False
    answers: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def has_person(self) -> bool:
        """Whether it says who reported it."""
        return bool(self.name or self.phone or self.email)


def read_lines(data: bytes, *, name: str, datum: str) -> list[Told]:
    """Read a list, in its community's scope.

    Parameters
    ----------
    datum
        Which system its coordinates are in; may be empty where it has none.

    Raises
    ------
    UnusableListError
        Something of it cannot be used; every fault with its line and what to do.
    """
    categories = list(Category.objects.filter(retired_at=None))
    lines = read_table(data, name=name, columns=_columns(categories), needed=("category", "words"))
    if len(lines) > MOST_LINES:
        raise UnusableListError(
            [Fault(0, _("The list has more than {count} lines").format(count=MOST_LINES), _("Cut it into several."))]
        )  # fmt: skip
    placed = any(line["lon"] or line["lat"] or line.geometry for line in lines)
    reader = _Reader(categories, checked_datum(datum) if placed else None)
    told = [reader.read(line) for line in lines]
    reader.faults.raise_if_any()
    return [one for one in told if one is not None]


def _columns(categories: list[Category]) -> dict[str, tuple[str, ...]]:
    """What is asked in some category may be answered in a column that bears the question."""
    asked = {
        _title(one): (one.get("en", ""), one["key"]) for category in categories for one in category.questions
    }
    return {**{title: words for title, words in asked.items() if title not in COLUMNS}, **COLUMNS}


def _title(question: dict[str, Any]) -> str:
    return str(question.get("zh") or question.get("en") or question["key"])


def _fold(text: str) -> str:
    return "".join(text.split()).casefold()


class _Reader:
    """Reads line after line, noting what is wrong with each."""

    def __init__(self, categories: list[Category], datum: Datum | None) -> None:
        self.datum = datum
        self.faults = Faults()
        self.categories: dict[str, Category] = {}
        for category in reversed(categories):
            names = (category.key, category.name_zh, category.name_en)
            self.categories |= {_fold(name): category for name in names if name}
        self.spots = dict(Spot.objects.filter(retired_at=None).values_list("code", "pk"))
        self.seen: dict[tuple[str, ...], int] = {}

    def read(self, line: Line) -> Told | None:
        category = self.categories.get(_fold(line["category"]))
        if category is None:
            self._unknown_category(line)
            return None
        lon, lat = self._position(line)
        told = Told(
            line=line.number,
            category=category.key,
            words=self._words(line),
            place=" ".join(line["place"].split())[:200],
            lon=lon,
            lat=lat,
            spot=self._spot(line),
            confidential=self._confidential(line),
            answers=self._answers(line, category),
            **self._person(line),
        )
        self._twice(told)
        return told

    def _unknown_category(self, line: Line) -> None:
        names = list(dict.fromkeys(of_two(one.name_zh, one.name_en) for one in self.categories.values()))
        what = (
            _("“{given}” is no category").format(given=line["category"][:40])
            if line["category"]
            else _("There is no category")
        )
        self.faults.add(line.number, what, _("Write one of: {names}.").format(names=", ".join(names[::-1])))

    def _words(self, line: Line) -> str:
        words = line["words"].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
        if not words:
            self.faults.add(line.number, _("It does not say what is wrong"), _("Write it in a few words."))
        if len(words) > LONGEST_WORDS:
            self.faults.add(
                line.number,
                _("The words are too long: {given} letters").format(given=len(words)),
                _("Shorten them to {most}.").format(most=LONGEST_WORDS),
            )
        known = [one for one in (line["reference"][:40], line["date"][:40]) if one]
        if not known:
            return words
        with translation.override("zh-hans" if re.search(r"[\u4e00-\u9fff]", words) else "en"):
            return words + "\n" + _("(In the list: {known})").format(known=", ".join(known))

    def _position(self, line: Line) -> tuple[float | None, float | None]:
        if self.datum is None or not (line["lon"] or line["lat"] or line.geometry):
            return None, None
        return position(line, datum=self.datum, faults=self.faults) or (None, None)

    def _spot(self, line: Line) -> int | None:
        if not line["spot"]:
            return None
        found = self.spots.get(line["spot"].upper())
        if found is None:
            self.faults.add(
                line.number,
                _("There is no spot “{given}”").format(given=line["spot"][:20]),
                _("Write the code that stands on the spot's sign, or leave it empty."),
            )
        return found

    def _confidential(self, line: Line) -> bool:
        given = _fold(line["confidential"])
        if given not in _YES | _NO:
            self.faults.add(
                line.number,
                _("“{given}” is neither yes nor no").format(given=line["confidential"][:20]),
                _("In the column for confidence write yes or no."),
            )
        return given in _YES

    def _person(self, line: Line) -> dict[str, str]:
        phone, email = normal_phone(line["phone"]), normal_email(line["email"])
        if line["phone"] and not phone:
            self.faults.add(
                line.number,
                _("“{given}” is no telephone number").format(given=line["phone"][:30]),
                _("Write its digits, with the area code."),
            )
        if line["email"] and not email:
            self.faults.add(
                line.number,
                _("“{given}” is no e-mail address").format(given=line["email"][:60]),
                _("It looks like name@example.com."),
            )
        name = " ".join(line["name"].split())
        if len(name) > 100:
            self.faults.add(line.number, _("The name is too long"), _("100 letters at most."))
        return {"name": name, "phone": phone, "email": email, "channel": self._channel(line, phone, email)}

    def _channel(self, line: Line, phone: str, email: str) -> str:
        channel = _CHANNELS.get(" ".join(line["channel"].split()).casefold())
        if channel is None:
            self.faults.add(
                line.number,
                _("“{given}” is no way to be told").format(given=line["channel"][:20]),
                _("Write sms or email, or leave it empty."),
            )
        elif {"sms": phone, "email": email}.get(channel, "-") == "":
            self.faults.add(
                line.number,
                _("There is no number or address to tell them by"),
                _("Fill it in, or leave the way to be told empty."),
            )
        return channel or "none"

    def _answers(self, line: Line, category: Category) -> dict[str, Any]:
        given = {one["key"]: _answer(one, line[_title(one)]) for one in category.questions}
        try:
            return questions.checked(category, given)
        except RefusedError as refusal:
            self.faults.add(line.number, str(refusal).rstrip(".。"), self._remedy(category))
            return {}

    def _remedy(self, category: Category) -> str:
        """Name the columns that answer, with what may stand in them."""
        parts = []
        for one in category.questions:
            if not one.get("required") and not one.get("choices"):
                continue
            choices = " / ".join(questions.asked_in(choice) for choice in one.get("choices", []))
            parts.append(questions.asked_in(one) + (f" ({choices})" if choices else ""))
        return _("Answer in a column that bears the question: {questions}").format(questions="; ".join(parts))

    def _twice(self, told: Told) -> None:
        same = (told.category, told.words, told.place, str(told.lon), str(told.lat), told.phone, told.name)
        first = self.seen.setdefault(same, told.line)
        if first != told.line:
            self.faults.add(
                told.line,
                _("It says the same as line {line}").format(line=first),
                _("Leave one of the two out."),
            )


def _answer(question: dict[str, Any], cell: str) -> Any:
    """Read a cell as an answer: choices by their key or their name in either language."""
    known = {
        _fold(str(name)): choice["key"]
        for choice in question.get("choices", [])
        for name in (choice["key"], choice.get("zh", ""), choice.get("en", ""))
        if name
    }
    if question["type"] == "many":
        return [known.get(_fold(part), part) for part in re.split(r"[、,,;;/]", cell) if part.strip()]
    return known.get(_fold(cell), cell)
