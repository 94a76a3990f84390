"""What a person puts right or lets through: category, place, words, and what everybody may see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.desk.common.calendar import working_calendar
from linli.desk.common.models import Upload
from linli.desk.matters import deadlines, index, questions
from linli.desk.matters.actions.core import Deed, text_of, walk
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import RUNNING, Verb
from linli.desk.people.access import ForbiddenError
from linli.desk.places.queries import grid_at

if TYPE_CHECKING:
    import uuid

    from linli.desk.matters.models import Category, Matter
    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Grid


def correct_matter(
    *,
    matter: Matter,
    by: Actor,
    category: Category | None = None,
    lon: float | None = None,
    lat: float | None = None,
    place_words: str | None = None,
    grid: Grid | None = None,
    words: str | None = None,
    reason: str = "",
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Put category, place, grid or words right; what is given as it stands changes nothing.

    Another category has its own deadline, counted from receipt; the worker stays. A place on the map decides the grid; the
    grid that is given holds where the map decides nothing. Words and answers as they were stay in the step, for colleagues.

    Raises
    ------
    ForbiddenError
        Category or grid are another community's.
    RefusedError
        Nothing is changed.
    """
    for thing in (category, grid):
        if thing is not None and thing.community_id != matter.community_id:
            raise ForbiddenError("category")
    words = None if words is None else text_of(words)
    reason = text_of(reason)

    def change(deed: Deed) -> None:
        row = deed.matter
        before = _Before(row)
        if category is not None and category.pk != row.category_id:
            deed.data |= {"from_category": row.category.key, "category": category.key}
            _recategorise(row, category)
        _replace(row, lon=lon, lat=lat, grid=grid)
        if place_words is not None:
            row.place_words = " ".join(place_words.split())[:200]
        if words:
            row.words = words
        told = before.told(row)
        if not before.differs(row):
            raise RefusedError(_("Choose what is to be corrected."))
        if row.grid_id != before.grid_id:
            deed.data["grid"] = row.grid_id
        deed.internal_text = "\n".join(part for part in (reason, *told) if part)
        index.put(row)

    return walk(matter=matter, verb=Verb.CORRECT, by=by, key=key, version=version, change=change)


class _Before:
    """A matter as it was, to tell what a correction changed."""

    def __init__(self, row: Matter) -> None:
        self.words, self.place_words, self.grid_id = row.words, row.place_words, row.grid_id
        self.place, self.category_id = (row.lon, row.lat), row.category_id
        self.answers = questions.shown(row.category, row.answers)

    def differs(self, row: Matter) -> bool:
        now = (row.words, row.place_words, row.grid_id, (row.lon, row.lat), row.category_id)
        return now != (self.words, self.place_words, self.grid_id, self.place, self.category_id)

    def told(self, row: Matter) -> list[str]:
        """What would otherwise be lost, in words."""
        lost = []
        if row.words != self.words and self.words:
            lost.append(_("Before, it said: %(words)s") % {"words": self.words})
        if row.category_id != self.category_id:
            lost += [f"{question} {answer}" for question, answer in self.answers]
        return lost


def _recategorise(row: Matter, category: Category) -> None:
    row.category, row.answers = category, {}
    row.public = category.public and row.public
    row.respond_due_at = deadlines.respond_due(category, row.received_at)
    # A deadline that a person extended stands; one that is over is not made again.
    if row.state in RUNNING and row.extended_until is None and row.overdue_at is None:
        deadlines.begin(row, at=row.received_at, calendar=working_calendar(row.community))


def _replace(row: Matter, *, lon: float | None, lat: float | None, grid: Grid | None) -> None:
    """Set the place; one that is a hand's breadth from where it was is the same, since forms round it."""
    found = None
    if lon is not None and lat is not None and not _is_at(row, lon, lat):
        row.lon, row.lat, row.spot = lon, lat, None
        found = row.grid = grid_at(community=row.community, lon=lon, lat=lat)
    if grid is not None and found is None:
        row.grid = grid


def _is_at(row: Matter, lon: float, lat: float) -> bool:
    return (
        row.lon is not None
        and row.lat is not None
        and math.isclose(lon, row.lon, abs_tol=1e-6)
        and math.isclose(lat, row.lat, abs_tol=1e-6)
    )


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
