"""What residents are told: channels, how a matter stands, dates, and the words of the scripts."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from linli.desk.common.language import in_chinese
from linli.desk.matters.lifecycle import Outcome, State

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.places.models import Community


def channel_names() -> dict[str, str]:
    """Name the ways in which residents can be told."""
    return {
        "none": _("No messages: I look with my code"),
        "sms": _("By text message"),
        "email": _("By e-mail"),
    }


def emergency_names() -> dict[str, str]:
    """Name those whose numbers are told first."""
    return {
        "police": _("Police"),
        "fire": _("Fire"),
        "ambulance": _("Ambulance"),
        "traffic": _("Traffic accident"),
    }


def emergency_reasons() -> dict[str, str]:
    """Say when to call first, by whose number it is."""
    return {
        "police": _("Is somebody threatened or hurt now? Call the police first."),
        "fire": _("Fire, smoke, the smell of gas, somebody trapped? Get out and call first."),
        "ambulance": _("Is somebody hurt or ill now? Call an ambulance first."),
        "traffic": _("An accident, or a road blocked for rescuers? Call first."),
    }


def day_of(moment: dt.datetime, community: Community) -> str:
    """Write a day as people say it there."""
    local = moment.astimezone(ZoneInfo(community.timezone))
    return formats.date_format(local, "n月j日（D）" if in_chinese() else "D j M")


def last_day_of(due: dt.datetime, community: Community) -> str:
    """Write the last day before a deadline; one at midnight is the end of the day before."""
    return day_of(due - dt.timedelta(seconds=1), community)


def moment_of(moment: dt.datetime, community: Community) -> str:
    """Write a day and the time of it."""
    local = moment.astimezone(ZoneInfo(community.timezone))
    return f"{day_of(moment, community)} {local:%H:%M}"


@dataclass(frozen=True)
class Standing:
    """How a matter stands, in plain words; `tone` is waiting, working, done or stopped."""

    title: str
    tone: str
    lines: tuple[str, ...] = ()


_TONES = {
    State.SUBMITTED: "waiting",
    State.ACCEPTED: "waiting",
    State.OBJECTED: "waiting",
    State.WAITING: "waiting",
    State.REOPENED: "waiting",
    State.DISPATCHED: "working",
    State.IN_PROGRESS: "working",
    State.WHISTLED: "working",
    State.ANSWERED: "done",
    State.DONE: "done",
    State.CALLBACK: "done",
    State.REFUSED: "stopped",
}


def standing_of(matter: Matter, *, own: bool = False) -> Standing:
    """Say how a matter stands; `own`: to the one who reported it."""
    state = State(matter.state)
    if state == State.CLOSED:
        tone = "done" if matter.outcome in {Outcome.FIXED, Outcome.ANSWERED} else "stopped"
        return Standing(_closed_words(matter.outcome), tone)
    return Standing(_state_words(state, own=own), _TONES[state], _due_lines(matter, state))


def _due_lines(matter: Matter, state: State) -> tuple[str, ...]:
    community = matter.community
    due = matter.extended_until or matter.solve_due_at
    who = matter.lead if state == State.WHISTLED else (matter.worker.name if matter.worker else "")
    lines = []
    if state == State.SUBMITTED and matter.respond_due_at and not matter.responded_at:
        first = moment_of(matter.respond_due_at, community)
        lines.append(_("Somebody looks at it by {time} at the latest.").format(time=first))
    if who and state in {State.DISPATCHED, State.IN_PROGRESS, State.WHISTLED, State.REOPENED}:
        lines.append(_("With: {who}").format(who=who))
    if state in {State.SUBMITTED, State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS, State.WHISTLED, State.OBJECTED}:  # fmt: skip
        words = _("Late: it was due by {day}.") if matter.is_overdue else _("To be done by {day}.")
        lines.append(words.format(day=last_day_of(due, community)))
    if state == State.WAITING:
        lines.append(_("It goes on as soon as the question is answered."))
    return tuple(lines)


def _state_words(state: State, *, own: bool) -> str:
    return {
        State.SUBMITTED: _("Received, not yet looked at"),
        State.ACCEPTED: _("Looked at: we see to it"),
        State.REFUSED: _("Not something the committee may do"),
        State.ANSWERED: _("Answered"),
        State.DISPATCHED: _("Handed to somebody"),
        State.OBJECTED: _("Being decided who sees to it"),
        State.IN_PROGRESS: _("Somebody is working on it"),
        State.WAITING: _("We need an answer from you") if own else _("Waiting for an answer"),
        State.WHISTLED: _("A department has been called in"),
        State.DONE: _("Said to be done. Is it?") if own else _("Said to be done"),
        State.CALLBACK: _("Said to be done. Is it?") if own else _("Said to be done, to be confirmed"),
        State.REOPENED: _("Opened again"),
    }[state]


def _closed_words(outcome: str) -> str:
    return {
        Outcome.FIXED: _("Fixed"),
        Outcome.NOT_POSSIBLE: _("Closed: not possible"),
        Outcome.NOT_OURS: _("Closed: not ours to do"),
        Outcome.ANSWERED: _("Closed: answered"),
        Outcome.WITHDRAWN: _("Withdrawn"),
        Outcome.MERGED: _("Goes on together with another report"),
    }.get(outcome, _("Closed"))


def rating_names() -> dict[int, str]:
    """Name the five marks."""
    return {
        1: _("very unhappy"),
        2: _("unhappy"),
        3: _("so-so"),
        4: _("content"),
        5: _("very content"),
    }


def script_words() -> str:
    """Every text of the residents' scripts in the active language, as JSON."""
    return json.dumps(
        {
            "map_title": _("Map. Arrow keys move it, plus and minus change its scale."),
            "zoom_in": _("Closer"),
            "zoom_out": _("Farther"),
            "photo_number": _("Photo {n}"),
            "photo_sending": _("On its way…"),
            "photo_sent": _("✓ There"),
            "photo_failed": _("Not sent: no network?"),
            "photo_remove": _("Leave out"),
            "photos_enough": _("No more than {n} photos."),
            "photos_missing": _("A photo has not got through. Try it again, or leave it out, then send."),
            "again": _("Try again"),
            "sending": _("Sending…"),
            "pin_how": _("Tap the map where it is."),
            "pin_put": _("The pin is put. Tap elsewhere to move it."),
            "pin_gone": _("No pin: please say in words where it is."),
            "pin_kept": _("The pin is where you put it."),
            "pin_from_photo": _("The pin stands where the photo was taken. Tap elsewhere to move it."),
            "here_asking": _("Asking your phone where you are…"),
            "here_found": _("Found you to about {n} metres. Tap elsewhere to move the pin."),
            "here_failed": _("Your phone does not say where you are. Use the map, or words."),
            "map_failed": _("The map does not come. Please say in words where it is."),
            "near_title": _("Is it one of these? Somebody has already told us:"),
            "near_adds": _(
                "What you have written and your photos are added to it, for those who work on it and those who reported it."
            ),
            "near_else": _("If yours is another, simply go on and send."),
            "near_join": _("Yes, this one: follow it"),
        },
        ensure_ascii=False,
    )
