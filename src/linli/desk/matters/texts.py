"""What people are told about a matter: warm, plain, in their own language, and never more than they need.

A message to a resident carries what was said to them and their code. One to the staff carries no resident's name, words or
number: it says where to look.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from linli.desk.common.language import name_in
from linli.desk.matters.lifecycle import Outcome, Verb

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from linli.desk.matters.models import Matter
    from linli.desk.places.models import Community

_NUMBER = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?(?:1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}|\d{17}[\dXx]|\d{15,19})(?!\d)"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·・ ]?[A-Z0-9]{5,6}(?![A-Z0-9])")


@dataclass(frozen=True)
class Told:
    """A message: its title and its text."""

    title: str
    text: str


def scrub(words: str) -> str:
    """Propose what might be shown to everybody: numbers, addresses and plates taken out. A person still decides."""
    for pattern in (_ADDRESS, _NUMBER, _PLATE):
        words = pattern.sub("***", words)
    return words


def day(due: dt.datetime, zone: ZoneInfo, language: str = "") -> str:
    """Write a deadline as people there read it: the last day that counts, not the midnight that ends it."""
    with translation.override(language or settings.LANGUAGE_CODE):
        last = timezone.localtime(due - dt.timedelta(microseconds=1), zone)
        if timezone.localtime(due, zone).time() == dt.time():
            return date_format(last, "DATE_FORMAT")
        return date_format(timezone.localtime(due, zone), "DATETIME_FORMAT")


def link(community: Community, code: str) -> str:
    """Where a resident's own view is; empty where nobody has said what this desk's address is."""
    base: str = settings.PUBLIC_URL
    return f"{base}/c/{community.slug}/follow/{code}/" if base else ""


def to_resident(
    verb: Verb,
    *,
    matter: Matter,
    code: str,
    language: str,
    text: str = "",
    reason: str = "",
    worker_name: str = "",
    due: str = "",
) -> Told:
    """Say to a resident what has happened."""
    with translation.override(language or settings.LANGUAGE_CODE):
        said = _SAID[verb]() if verb in _SAID else (str(verb.label), "")
        values = {
            "code": matter.code,
            "community": name_in(matter.community),
            "category": matter.category.name,
            "worker": worker_name,
            "department": matter.lead,
            "due": due,
            "outcome": str(Outcome(matter.outcome).label) if matter.outcome else "",
        }
        title, opening = (part % values for part in said)
        lines = [opening, reason.strip(), text.strip(), _closing(matter.community, code)]
        return Told(title, "\n".join(line for line in lines if line))


def _closing(community: Community, code: str) -> str:
    address = link(community, code)
    if address:
        return _("See how it stands, add to it or answer: %(address)s") % {"address": address}
    return _("See how it stands, add to it or answer with your code %(code)s.") % {"code": code}


def _received() -> tuple[str, str]:
    return (
        _("We have your report %(code)s"),
        _("Thank you for telling us. Your report (%(category)s) has reached the committee of %(community)s; "
          "we will see to it by %(due)s."),
    )  # fmt: skip


_SAID: dict[Verb, Callable[[], tuple[str, str]]] = {
    Verb.RECEIVE: _received,
    Verb.ACCEPT: lambda: (
        _("%(code)s is accepted"),
        _(
            "We have looked at your report (%(category)s) and take it on. We are finding the right person for it."
        ),
    ),
    Verb.REFUSE: lambda: (
        _("%(code)s: this is not in our hands"),
        _("We are sorry: this is not something that we can take on. Here is why, and who can help:"),
    ),
    Verb.ANSWER: lambda: (
        _("%(code)s: our answer"),
        _("Here is the answer to your question (%(category)s). Did it help? We would like to hear."),
    ),
    Verb.ASSIGN: lambda: (
        _("%(code)s: somebody is on it"),
        _("%(worker)s has been asked to see to your report (%(category)s)."),
    ),
    Verb.START: lambda: (_("%(code)s: work has begun"), _("%(worker)s has begun to work on your report.")),
    Verb.ASK: lambda: (
        _("%(code)s: we have a question"),
        _(
            "To go on with your report we need to know something from you. Our time limit stands still until you answer:"
        ),
    ),
    Verb.RESUME: lambda: (_("%(code)s: we go on"), _("Work on your report goes on.")),
    Verb.WHISTLE: lambda: (
        _("%(code)s: %(department)s is called in"),
        _(
            "Your report needs %(department)s; we have called them. It stays with us until it is done, "
            "and you need not report it again."
        ),
    ),
    Verb.REPORT: lambda: (
        _("%(code)s: %(department)s has reported back"),
        _("%(department)s has reported back to us; we are looking whether all is well."),
    ),
    Verb.EXTEND: lambda: (
        _("%(code)s needs more time"),
        _(
            "We are sorry: this takes longer than we said. We now expect to have it done by %(due)s. The reason:"
        ),
    ),
    Verb.FINISH: lambda: (
        _("%(code)s: please tell us whether it is right"),
        _(
            "Your report (%(category)s) has been seen to: %(outcome)s. Is it really so? It is closed only when you say so."
        ),
    ),
    Verb.OPEN_CALLBACK: lambda: (
        _("%(code)s: is it fixed?"),
        _(
            "Please tell us whether your matter (%(category)s) is settled, and whether you are satisfied. "
            "If it is not, we go on."
        ),
    ),
    Verb.LAPSE: lambda: (
        _("%(code)s is closed"),
        _(
            "We asked and did not hear from you, so we have closed it. If it is not settled, reopen it at any time."
        ),
    ),
    Verb.CLOSE: lambda: (_("%(code)s is closed"), _("This matter is closed: %(outcome)s.")),
    Verb.CONFIRM: lambda: (_("%(code)s is closed"), _("Thank you for telling us. This matter is closed.")),
    Verb.DENY: lambda: (
        _("%(code)s goes on"),
        _("Thank you for telling us that it is not fixed. We go on with it."),
    ),
    Verb.REOPEN: lambda: (
        _("%(code)s is open again"),
        _("This matter (%(category)s) has been taken up again."),
    ),
    Verb.MERGE: lambda: (
        _("%(code)s goes on together with another report"),
        _(
            "A neighbour has told us of the same thing. We see to both as one, and you are told of every step as before."
        ),
    ),
    Verb.SAY: lambda: (_("%(code)s: news"), _("News of the matter that you follow (%(category)s):")),
}


def reminder(verb: Verb, *, matter: Matter, code: str, language: str) -> Told:
    """Remind a resident of an open question or call-back."""
    with translation.override(language or settings.LANGUAGE_CODE):
        if verb == Verb.ASK:
            title = _("%(code)s: we are still waiting for your answer")
            text = _("We asked you something about your report and cannot go on without you.")
        else:
            title = _("%(code)s: is it fixed?")
            text = _("We have not heard yet whether your matter is settled. One word from you is enough.")
        return Told(title % {"code": matter.code}, f"{text}\n{_closing(matter.community, code)}")


def to_staff(topic: str, *, matter: Matter, due: str = "", language: str = "") -> Told:
    """Say to a member of staff that a matter wants them; no resident's words."""
    with translation.override(language or settings.LANGUAGE_CODE):
        titles = {
            "assigned": _("New for you: %(code)s %(category)s"),
            "deputised": _("You stand in for %(code)s %(category)s"),
            "taken": _("%(code)s has gone to somebody else"),
            "unrouted": _("To be handed out: %(code)s %(category)s"),
            "objected": _("Handed back, please decide: %(code)s %(category)s"),
            "replied": _("The resident has answered: %(code)s"),
            "added": _("The resident has added to %(code)s"),
            "denied": _("Not fixed, says the resident: %(code)s"),
            "reopened": _("Reopened: %(code)s %(category)s"),
            "confirmed": _("Confirmed by the resident: %(code)s"),
            "withdrawn": _("Withdrawn by the resident: %(code)s"),
            "merged": _("%(code)s was joined with another matter"),
            "resumed": _("No answer from the resident; please go on: %(code)s"),
            "warned": _("Soon due: %(code)s %(category)s"),
            "overdue": _("Overdue: %(code)s %(category)s"),
        }
        values = {"code": matter.code, "category": matter.category.name}
        text = _("Due by %(due)s.") % {"due": due} if due else ""
        return Told(titles[topic] % values, text)
