"""What time does to matters: warnings, the ladder, call-backs, reminders. Each row in a transaction of its own."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock, ledger, outbox
from linli.desk.common.calendar import seed_calendar, working_calendar, years_ahead
from linli.desk.common.locks import lock
from linli.desk.common.sweeps import sweep, work_through
from linli.desk.matters import actions, deadlines, telling, texts
from linli.desk.matters.actions.core import locked
from linli.desk.matters.lifecycle import RUNNING, State, Verb
from linli.desk.matters.models import Category, Escalation, Follower, LadderRung, Matter, Slip
from linli.desk.people.actors import SYSTEM
from linli.desk.people.models import Role
from linli.desk.places.models import Community

if TYPE_CHECKING:
    from collections.abc import Callable

    from linli.desk.people.models import Account

#: Who is told, and how many office hours each has before the next; our own choice, where a community has set no other.
LADDER: tuple[tuple[str, int], ...] = (("worker", 4), ("desk", 8), ("director", 8), ("street", 40))
#: How often the top of the ladder is told again while nobody answers, in office hours.
AGAIN_HOURS = 40


def _each(field: str, work: Callable[[Matter], None], condition: Q) -> int:
    """Work through what is due, looking again under the lock: another worker may have been quicker."""

    def one(row: Matter) -> None:
        with scope(community=row.community):
            lock(row)
            fresh = locked(row)
            moment = getattr(fresh, field)
            if (
                moment is not None
                and moment <= clock.now()
                and Matter.objects.filter(condition, pk=row.pk).exists()
            ):
                work(fresh)

    with scopes_disabled():
        return work_through(Matter.objects.filter(condition).select_related("community"), one, field=field)


#: While reports come in, making matters of them waits so long at most: nobody's word is to wait outside for it.
BURST = dt.timedelta(seconds=30)


@sweep("matters.settled", every_s=1)
def settle() -> int:
    """Make matters of the slips whose code nobody has opened."""
    done = 0
    with scopes_disabled():
        waiting = Slip.objects.select_related("community")
        while not _burst(waiting):
            settled = work_through(waiting, lambda slip: actions.settle(slip=slip), limit=5)
            if not settled:
                break
            done += settled
    return done


def _burst(waiting: QuerySet[Slip]) -> bool:
    now = clock.now()
    coming = waiting.filter(at__gt=now - dt.timedelta(seconds=1)).exists()
    return coming and not waiting.filter(at__lt=now - BURST).exists()


@sweep("matters.warned", every_s=60)
def warn() -> int:
    """Warn whoever has a matter, at 80 % of its time."""
    return _each("warn_at", _warn, Q(state__in=RUNNING))


def _warn(matter: Matter) -> None:
    _save(matter, warn_at=None)
    by = SYSTEM(matter.community)
    ledger.append(community=matter.community, event="matter.warned", by=by.key, about=matter.key)
    telling.staff_of(matter, telling.whoever_has_it(matter, "warned"), by=by)


@sweep("matters.escalated", every_s=60)
def climb() -> int:
    """Take late matters up the ladder, one rung at a time."""
    return _each("next_rung_at", _climb, Q(state__in=RUNNING))


def ladder_of(community: Community) -> list[LadderRung]:
    """Rungs of a community, its own or the usual."""
    own = list(LadderRung.objects.filter(community=community).order_by("number"))
    return own or [
        LadderRung(community=community, number=number, who=who, grace_hours=hours)
        for number, (who, hours) in enumerate(LADDER, start=1)
    ]


def _climb(matter: Matter) -> None:
    now, community = clock.now(), matter.community
    rungs = ladder_of(community)
    at_top = matter.rung >= len(rungs)
    rung = rungs[min(matter.rung, len(rungs) - 1)]
    grace = AGAIN_HOURS if at_top else rung.grace_hours
    _save(
        matter,
        rung=min(matter.rung + 1, len(rungs)),
        overdue_at=matter.overdue_at or now,
        next_rung_at=working_calendar(community).add_working_hours(now, max(grace, 1)),
    )
    Escalation.objects.create(community=community, matter=matter, rung=matter.rung, who=rung.who, at=now)
    ledger.append(
        community=community, event="matter.escalated", by="system", about=matter.key,
        data={"rung": matter.rung, "who": rung.who},
    )  # fmt: skip
    for account in _on_rung(matter, rung.who):
        telling.to_account(account, matter, "overdue")
    if rung.who == LadderRung.Told.STREET and rung.channel != telling.NO_CHANNEL and rung.to:
        told = texts.to_staff("overdue", matter=matter, due=telling.due_words(matter))
        outbox.put(
            community=community, topic="matter.overdue", channel=rung.channel, to=rung.to, title=told.title,
            text=told.text, about=matter.key,
        )  # fmt: skip


def _on_rung(matter: Matter, who: str) -> list[Account]:
    if who == LadderRung.Told.WORKER:
        held = [one for one in (matter.worker, matter.deputy) if one is not None]
        return held or telling.desk_accounts(matter)
    # The street office is outside; the director hears that it is its turn.
    return telling.desk_accounts(matter, Role.DESK if who == LadderRung.Told.DESK else Role.DIRECTOR)


@sweep("matters.nudged", every_s=60)
def nudge() -> int:
    """Open call-backs, remind of them and of questions, and give up what nobody answers."""
    return _each("nudge_at", _nudge, Q(state__in=[*_NUDGES]))


def _settled(matter: Matter) -> None:
    if not matter.followers.filter(reported=True).exists():
        # Nobody to ask: it waits for a second look by the desk.
        _save(matter, nudge_at=None)
        return
    actions.open_callback(matter=matter, by=SYSTEM(matter.community))


def _callback(matter: Matter) -> None:
    opened = matter.callbacks.filter(answered_at=None, ended_at=None).first()
    since = opened.opened_at if opened is not None else clock.now()
    _remind_or(matter, since, deadlines.GIVE_UP_AFTER, Verb.OPEN_CALLBACK, actions.lapse_callback)


def _waiting(matter: Matter) -> None:
    since = matter.paused_at or clock.now()
    _remind_or(matter, since, deadlines.WAIT_AT_MOST, Verb.ASK, actions.resume_matter)


def _remind_or(
    matter: Matter, since: dt.datetime, give_up: dt.timedelta, verb: Verb, end: Callable[..., Matter]
) -> None:
    if clock.now() >= since + give_up:
        end(matter=matter, by=SYSTEM(matter.community))
        return
    for follower in Follower.objects.filter(matter=matter, reported=True, stopped_at=None).select_related(
        "resident"
    ):
        telling.remind(follower, matter, verb)
    done = matter.nudges + 1
    later = deadlines.REMIND_AFTER[done] if done < len(deadlines.REMIND_AFTER) else give_up
    _save(matter, nudges=done, nudge_at=since + later)
    ledger.append(
        community=matter.community,
        event="matter.reminded",
        by="system",
        about=matter.key,
        data={"reminder": done},
    )


_NUDGES: dict[State, Callable[[Matter], None]] = {
    State.DONE: _settled,
    State.ANSWERED: _settled,
    State.CALLBACK: _callback,
    State.WAITING: _waiting,
}


def _nudge(matter: Matter) -> None:
    _NUDGES[State(matter.state)](matter)


@sweep("matters.seeded", every_s=60)
def seed_new_communities() -> int:
    """Give every community that has no categories those it begins with."""
    with scopes_disabled():
        seeded = Category.objects.values("community")
        new = list(Community.objects.exclude(pk__in=seeded))
    return sum(actions.seed_matters(community=community) > 0 for community in new)


@sweep("calendars.seeded", every_s=24 * 3600)
def seed_calendars() -> int:
    """Add the holidays of this year and the next, as soon as they are announced; days that people edited stay."""
    with scopes_disabled():
        communities = list(Community.objects.all())
    return sum(seed_calendar(community=community, years=years_ahead()) for community in communities)


def _save(matter: Matter, **fields: object) -> None:
    for name, value in fields.items():
        setattr(matter, name, value)
    matter.save(update_fields=list(fields))
