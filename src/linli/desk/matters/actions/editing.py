"""What a person puts right or lets through: category, place, and what everybody may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.desk.common.calendar import working_calendar
from linli.desk.common.models import Upload
from linli.desk.matters import deadlines, index
from linli.desk.matters.actions.core import Deed, text_of, walk
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import RUNNING, Verb
from linli.desk.people.access import ForbiddenError
from linli.desk.places.queries import grid_at

if TYPE_CHECKING:
    import uuid

    from linli.desk.matters.models import Category, Matter
    from linli.desk.people.actors import Actor


def correct_matter(
    *,
    matter: Matter,
    by: Actor,
    category: Category | None = None,
    lon: float | None = None,
    lat: float | None = None,
    place_words: str | None = None,
    reason: str = "",
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Put category or place right. Another category has its own deadline, counted from receipt; the worker stays.

    Raises
    ------
    ForbiddenError
        The category is another community's.
    RefusedError
        Nothing is changed.
    """
    if category is None and lon is None and place_words is None:
        raise RefusedError(_("Choose what is to be corrected."))
    if category is not None and category.community_id != matter.community_id:
        raise ForbiddenError("category")

    def change(deed: Deed) -> None:
        row = deed.matter
        if category is not None and category.pk != row.category_id:
            deed.data |= {"from_category": row.category.key, "category": category.key}
            row.category, row.answers = category, {}
            row.public = category.public and row.public
            row.respond_due_at = deadlines.respond_due(category, row.received_at)
            # A deadline that a person extended stands; one that is over is not made again.
            if row.state in RUNNING and row.extended_until is None and row.overdue_at is None:
                deadlines.begin(row, at=row.received_at, calendar=working_calendar(row.community))
        if lon is not None and lat is not None:
            row.lon, row.lat, row.spot = lon, lat, None
            row.grid = grid_at(community=row.community, lon=lon, lat=lat)
            deed.data["grid"] = row.grid.pk if row.grid is not None else None
        if place_words is not None:
            row.place_words = " ".join(place_words.split())[:200]
        index.put(row)

    return walk(
        matter=matter, verb=Verb.CORRECT, by=by, key=key, version=version, change=change,
        internal_text=text_of(reason),
    )  # fmt: skip


def publish_matter(
    *,
    matter: Matter,
    by: Actor,
    public: bool,
    words: str = "",
    photos: Sequence[Upload] = (),
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Decide what everybody may see: the matter at all, its words (see `texts.scrub` for a proposal), which photos.

    Raises
    ------
    RefusedError
        It is confidential or of a sensitive category: such a matter is never public.
    ForbiddenError
        A photo is not of this matter.
    """
    words = text_of(words)

    def change(deed: Deed) -> None:
        row = deed.matter
        if public and (row.confidential or row.category.sensitive):
            raise RefusedError(_("This was told in confidence; it is never shown to everybody."))
        own = {f"step:{pk}" for pk in row.steps.values_list("pk", flat=True)}
        if any(photo.about not in own for photo in photos):
            raise ForbiddenError("photo")
        row.public = public
        row.public_words = words if public else ""
        row.public_photos = [str(photo.key) for photo in photos] if public else []
        deed.data = {"public": public, "photos": len(row.public_photos)}

    return walk(matter=matter, verb=Verb.PUBLISH, by=by, key=key, version=version, change=change)
