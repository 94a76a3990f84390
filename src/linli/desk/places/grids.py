"""Every write about grids: draw, put in force, undo. All or nothing; every home in exactly one grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.ledger import append
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.places.drawing import (
    Drawn,
    check,
    collection,
    read_drawn,
    renumbered,
    written,
)
from linli.desk.places.models import Grid, GridDraft, GridSet, Spot
from linli.desk.places.queries import draft_of, grids_at, grids_of, last_grid_set, place_of
from linli.desk.places.shaping import carved, filled, reshaped
from linli.desk.places.suggest import suggest

if TYPE_CHECKING:
    import uuid

    import shapely

    from linli.desk.places.drawing import GridPreview
    from linli.desk.places.models import Community

HOUSEHOLDS = 400  # of the usual 300 to 500 a grid


class GridsRefusedError(ValueError):
    """The grids cannot be put in force as they are; `problems` says why."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class StaleDraftError(ValueError):
    """Somebody else changed the draft meanwhile."""


def suggest_grids(*, community: Community, households: int = HOUSEHOLDS) -> list[Drawn]:
    """Suggest grids from the homes of the place; nothing is written. None where no place was read in."""
    place = place_of(community)
    if place is None or not len(place.homes):
        return []
    shapes = suggest(place, households=households)
    return [_named(number, area) for number, area in enumerate(shapes, start=1)]


def preview_grids(
    *, community: Community, geojson: bytes | dict[str, Any], datum: str, name: str = "grids.geojson"
) -> GridPreview:
    """Say what grids would change, and what is wrong with them; nothing is written.

    Raises
    ------
    UnusableListError
        The file cannot be read, or features of it are no grids.
    """
    return check(community, read_drawn(geojson, datum=datum, name=name, present=grids_of(community)))


def replace_grids(
    *,
    community: Community,
    geojson: bytes | dict[str, Any],
    datum: str,
    by: str,
    key: uuid.UUID | None = None,
) -> GridSet:
    """Put grids in force: those of a known number are drawn anew, others made; what is not drawn any more is retired.

    Raises
    ------
    UnusableListError
        The file cannot be read, or features of it are no grids.
    GridsRefusedError
        They overlap, or leave a home out.
    """
    with transaction.atomic(), scope(community=community):
        lock(community)

        def replace() -> int:
            return _replaced(community, geojson, datum, by=by).pk

        return GridSet.objects.get(pk=once(community=community, key=key, verb="grids.replace", make=replace))


def apply_draft(*, community: Community, version: int, by: str, key: uuid.UUID | None = None) -> GridSet:
    """Put the draft of a version in force.

    Raises
    ------
    StaleDraftError
        It is another by now, or in force already.
    GridsRefusedError
        Its grids overlap, or leave a home out.
    """
    with transaction.atomic(), scope(community=community):
        lock(community)

        def apply() -> int:
            draft = draft_of(community)
            if draft is None or draft.version != version:
                raise _stale()
            return _replaced(community, draft.geojson or {}, "wgs84", by=by).pk

        return GridSet.objects.get(pk=once(community=community, key=key, verb="grids.apply", make=apply))


def undo_grids(
    *, community: Community, by: str, number: int | None = None, key: uuid.UUID | None = None
) -> GridSet | None:
    """Take the last change of grids back: those before it are in force again; None if there was none.

    Parameters
    ----------
    number
        Of the set that is to be taken back, as whoever asks saw it; None takes whichever is last.

    Raises
    ------
    StaleDraftError
        Another set is in force by now.
    """
    with transaction.atomic(), scope(community=community):
        lock(community)

        def undo() -> int:
            last = last_grid_set(community)
            if last is None:
                return 0
            if number is not None and last.number != number:
                raise _stale()
            last.undone_at = clock.now()
            last.save(update_fields=["undone_at"])
            before = last_grid_set(community)
            _draw(community, [] if before is None else read_drawn(before.geojson, datum="wgs84", present=[]))
            append(community=community, event="grids.undone", by=by, about=f"grid_set:{last.pk}")
            return last.pk

        pk = once(community=community, key=key, verb="grids.undo", make=undo)
        return GridSet.objects.filter(pk=pk).first()


def keep_draft(
    *,
    community: Community,
    drawn: list[Drawn],
    by: str,
    version: int | None = None,
    key: uuid.UUID | None = None,
) -> int:
    """Keep grids as they are being drawn, in the place of an earlier draft; the version it has then.

    Parameters
    ----------
    version
        As `drawn_now` told it; None puts a whole new one in its place.

    Raises
    ------
    StaleDraftError
        The draft is of another version by now.
    """
    with transaction.atomic(), scope(community=community):
        lock(community)

        def keep() -> int:
            draft = GridDraft.objects.first() or GridDraft(community=community, version=0)
            if version is not None and version != draft.version:
                raise _stale()
            draft.geojson, draft.by, draft.changed_at = collection(renumbered(drawn)), by, clock.now()
            draft.version += 1
            draft.save()
            return draft.version

        return int(once(community=community, key=key, verb="grids.draft", make=keep))


def drop_draft(*, community: Community, version: int) -> None:
    """Throw the draft of a version away; what is in force stays, and so does a draft somebody began since."""
    with transaction.atomic(), scope(community=community):
        lock(community)
        _end_draft(version=version)


def fill_gaps(*, community: Community, drawn: list[Drawn]) -> list[Drawn]:
    """Give what no grid covers to the neighbour with the longest border; nothing is written."""
    place = place_of(community)
    return drawn if place is None else filled(drawn, place.boundary)


def carve(*, community: Community, drawn: list[Drawn], area: shapely.Geometry) -> list[Drawn]:
    """Add a grid drawn over others, with the next free number; nothing is written.

    Raises
    ------
    ValueError
        It lies outside the place.
    """
    place = place_of(community)
    with scope(community=community):
        used = {*Grid.objects.values_list("number", flat=True), *(one.number for one in drawn)}
    number = next(free for free in range(1, len(used) + 2) if free not in used)
    return carved(drawn, _named(number, area), None if place is None else place.boundary)


def reshape(*, community: Community, drawn: list[Drawn], number: int, area: shapely.Geometry) -> list[Drawn]:
    """Give a grid another outline; its neighbours' borders follow. Nothing is written.

    Raises
    ------
    ValueError
        It lies outside the place.
    """
    place = place_of(community)
    return reshaped(drawn, number, area, None if place is None else place.boundary)


def drawn_now(community: Community) -> tuple[list[Drawn], int]:
    """Return the grids to go on drawing from, and the version of the draft they are; those in force where there is none."""
    with scope(community=community):
        draft = GridDraft.objects.first()
    version = 0 if draft is None else draft.version
    if draft is not None and draft.geojson is not None:
        return read_drawn(draft.geojson, datum="wgs84", present=[]), version
    return [written(grid) for grid in grids_of(community)], version


def _stale() -> StaleDraftError:
    return StaleDraftError(
        _("Somebody else changed these grids meanwhile. Look at them, then make your change again.")
    )


def _end_draft(**which: int) -> None:
    # The row stays: its version goes on growing, so that no later draft is taken for one somebody still looks at.
    GridDraft.objects.filter(geojson__isnull=False, **which).update(geojson=None, version=F("version") + 1)


def _replaced(community: Community, geojson: bytes | dict[str, Any], datum: str, *, by: str) -> GridSet:
    drawn = read_drawn(geojson, datum=datum, present=grids_of(community))
    preview = check(community, drawn)
    if preview.errors:
        raise GridsRefusedError(preview.errors)
    made = _put_in_force(community, preview.drawn, by=by)
    data = {"numbers": [one.number for one in preview.drawn]}
    append(community=community, event="grids.replaced", by=by, about=f"grid_set:{made.pk}", data=data)
    _end_draft()
    return made


def _put_in_force(community: Community, drawn: list[Drawn], *, by: str) -> GridSet:
    last = GridSet.objects.order_by("-number").first()
    made = GridSet(
        community=community,
        number=1 if last is None else last.number + 1,
        made_at=clock.now(),
        by=by,
        geojson=collection(drawn),
    )
    made.save()
    _draw(community, drawn)
    return made


def _draw(community: Community, drawn: list[Drawn]) -> None:
    present = {grid.number: grid for grid in Grid.objects.all()}
    # Codes change hands: nobody holds one while they are given out anew.
    Grid.objects.update(code="")
    for one in drawn:
        grid = present.pop(one.number, None) or Grid(community=community, number=one.number)
        one.put_into(grid)
        grid.retired_at = None
        grid.save()
    gone = [grid.pk for grid in present.values() if grid.retired_at is None]
    Grid.objects.filter(pk__in=gone).update(retired_at=clock.now())
    spots = list(Spot.objects.filter(retired_at__isnull=True))
    lying_in = grids_at(community=community, points=[(spot.lon, spot.lat) for spot in spots])
    for spot, around in zip(spots, lying_in, strict=True):
        spot.grid = around
    Spot.objects.bulk_update(spots, ["grid"])


def _named(number: int, area: shapely.Geometry) -> Drawn:
    return Drawn(
        number=number,
        code="",
        name_zh=f"第{number}网格",
        name_en=f"Grid {number}",
        phone="",
        area=area,
        line=number,
    )
