"""What goes when a resident is erased, and what is theirs to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from linli.desk.common import clock, ledger
from linli.desk.common import uploads as files
from linli.desk.common.models import Message, Upload
from linli.desk.matters import index, telling
from linli.desk.matters.lifecycle import OPEN
from linli.desk.matters.models import Follower, Matter, Step
from linli.desk.matters.queries import timeline
from linli.desk.people import erasure, handover, mydata

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Account, Resident
    from linli.desk.places.models import Grid


@erasure.register
def erase(*, resident: Resident, by: Actor) -> None:
    """Blank the words, places, photos and messages of what a resident reported; numbers, states and moments stay.

    Of matters that they only follow, the following goes.
    """
    for matter in Matter.objects.filter(reporter=resident).select_related("community"):
        anonymise(matter, by=by)
    theirs = Follower.objects.filter(resident=resident)
    _blank(Step.objects.filter(data__follower__in=list(theirs.values_list("pk", flat=True))))
    theirs.update(resident=None, channel="none", to="", follow_code="", stopped_at=clock.now())
    index.forget()


def anonymise(matter: Matter, *, by: Actor) -> None:
    """Take out of a matter whatever somebody wrote or pictured; in the caller's transaction."""
    _blank(Step.objects.filter(matter=matter))
    matter.escalations.update(note="")
    matter.mails.update(sender="")
    # A place to the metre may be a home; the grid is enough for counting.
    matter.words = matter.place_words = matter.public_words = matter.follow_code = ""
    matter.answers, matter.public_photos = {}, []
    matter.lon = matter.lat = matter.spot = None
    matter.reporter, matter.public = None, False
    matter.anonymised_at = matter.updated_at = clock.now()
    matter.version += 1
    matter.save()
    index.remove(matter)
    Message.objects.filter(Q(about=matter.key)).delete()
    ledger.append(community=matter.community, event="matter.anonymised", by=by.key, about=matter.key)


def forget_matter(matter: Matter, *, by: Actor) -> None:
    """Take out of a matter what anybody wrote, and who follows it: nobody looks at it any more."""
    anonymise(matter, by=by)
    matter.followers.update(
        resident=None, channel="none", to="", follow_code="", stopped_at=matter.anonymised_at
    )
    for hold in matter.holds.all():
        hold.reason, hold.lifted_at = "", hold.lifted_at or matter.anonymised_at
        hold.save()


def _blank(steps: QuerySet[Step]) -> None:
    keys = [f"step:{pk}" for pk in steps.values_list("pk", flat=True)]
    for upload in Upload.objects.filter(about__in=keys, deleted_at=None).select_related("community"):
        files.delete(upload)
    steps.update(public_text="", internal_text="", reason="")


@handover.register
def follow_the_grid(*, grid: Grid, before: Account | None, after: Account | None, by: Actor) -> None:
    """Give what a grid's worker had in hand to whoever works it from now on; without anybody it stays, and climbs."""
    if before is None or after is None:
        return
    for matter in Matter.objects.filter(grid=grid, worker=before, state__in=OPEN).select_related("category"):
        Matter.objects.filter(pk=matter.pk).update(
            worker=after, version=F("version") + 1, updated_at=clock.now()
        )
        matter.worker = after
        ledger.append(
            community=matter.community, event="matter.handed_over", by=by.key, about=matter.key,
            data={"from": before.pk, "to": after.pk},
        )  # fmt: skip
        telling.to_account(after, matter, "assigned")


@mydata.register_source
def collect(*, resident: Resident) -> dict[str, Any]:
    """Everything about the matters that a resident reported."""
    matters = Matter.objects.filter(reporter=resident).select_related("category").order_by("number")
    return {"matters": [_told(matter) for matter in matters]}


def _told(matter: Matter) -> dict[str, Any]:
    return {
        "code": matter.code,
        "category": matter.category.name,
        "words": matter.words,
        "place": matter.place_words,
        "lon": matter.lon,
        "lat": matter.lat,
        "answers": matter.answers,
        "state": str(matter.state),
        "outcome": str(matter.outcome),
        "received_at": matter.received_at.isoformat(),
        "steps": [
            {"at": moment.at.isoformat(), "what": moment.title, "text": moment.text}
            for moment in timeline(matter, "reporter")
        ],
    }
