"""What others ask about communities and their places."""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db.models import Count
from django_scopes import scope, scopes_disabled
from shapely.geometry import shape

from linli.desk.places.models import Community, Grid, GridDraft, GridSet, PlaceImport, Spot, State
from linli.engine.errors import InputError
from linli.engine.streets.geo import haversine_m
from linli.engine.streets.place import Inputs, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

# Letters that no code holds, and what they were meant as.
_READ_AS = str.maketrans("ILOU", "110V")
_PATHS = {"path", "register", "homes_register", "population", "elevation"}


def communities_to_show() -> list[Community]:
    """Every community that has a place to show, by slug."""
    return list(Community.objects.filter(imports__state=State.CURRENT))


def current_import(*, slug: str) -> PlaceImport | None:
    """Find the import that serves a community; None where there is no such community or it has no place yet."""
    # The slug is the scope.
    with scopes_disabled():
        current = PlaceImport.objects.filter(community__slug=slug, state=State.CURRENT)
        return current.select_related("community").first()


def imports_of(community: Community, *, limit: int) -> list[PlaceImport]:
    """List the last imports of a community, the newest first, whatever became of them."""
    with scope(community=community):
        return list(PlaceImport.objects.order_by("-number")[:limit])


def import_to_redo(community: Community) -> PlaceImport | None:
    """Find the import that a start should take up again, if there is one.

    That is the last one if it was cut off; or the current one, if what it made is lost or damaged, or if its files or Linli
    itself have changed since, as long as the files are still there.
    """
    with scope(community=community):
        last: PlaceImport | None = PlaceImport.objects.order_by("-number").first()
        current: PlaceImport | None = PlaceImport.objects.filter(state=State.CURRENT).first()
    if last is not None and last.state in {State.RUNNING, State.STOPPED}:
        return last
    if current is None:
        return None
    if not is_whole(current):
        return current
    try:
        changed = inputs_of(current).fingerprint() != current.fingerprint
    except InputError:
        changed = False
    return current if changed else None


def is_whole(row: PlaceImport) -> bool:
    """Whether what an import made is there and can be read."""
    try:
        Place.load(row.place_file)
    except InputError:
        return False
    return row.tiles_file.is_file()


def inputs_of(row: PlaceImport) -> Inputs:
    """Return the inputs an import was begun with."""
    given: dict[str, Any] = {
        name: Path(value) if name in _PATHS else value for name, value in row.inputs.items()
    }
    return Inputs(**given)


def written_inputs(inputs: Inputs) -> dict[str, Any]:
    """Write inputs as JSON-able values that `inputs_of` reads, wherever the next start is made from."""
    return {
        name: str(value.absolute()) if isinstance(value, Path) else value
        for name, value in dataclasses.asdict(inputs).items()
        if value is not None
    }


def grids_of(community: Community) -> list[Grid]:
    """Every grid of a community that is drawn now, by number."""
    with scope(community=community):
        return list(Grid.objects.filter(retired_at__isnull=True).order_by("number"))


def grid_at(*, community: Community, lon: float, lat: float) -> Grid | None:
    """Find the grid a place (WGS-84 degrees) lies in; None outside them all. On a shared edge, the lower number."""
    with scope(community=community):
        near = Grid.objects.filter(
            retired_at__isnull=True, west__lte=lon, east__gte=lon, south__lte=lat, north__gte=lat
        ).order_by("number")
        at = shapely.Point(lon, lat)
        return next((grid for grid in near if shape(grid.boundary).covers(at)), None)


def grids_at(*, community: Community, points: Sequence[tuple[float, float]]) -> list[Grid | None]:
    """Find the grid of each of many places (WGS-84 degrees), as `grid_at` does for one."""
    grids = grids_of(community)
    found: list[Grid | None] = [None] * len(points)
    lon, lat = np.array(points, dtype=float).reshape(-1, 2).T
    for grid in reversed(grids):
        area = shape(grid.boundary)
        shapely.prepare(area)
        for index in np.flatnonzero(shapely.intersects_xy(area, lon, lat)).tolist():
            found[index] = grid
    return found


def draft_of(community: Community) -> GridDraft | None:
    """Find the grids somebody is drawing; None where nobody is."""
    with scope(community=community):
        return GridDraft.objects.filter(geojson__isnull=False).first()


def last_grid_set(community: Community) -> GridSet | None:
    """Find the set of grids that is in force: what an undo takes back."""
    with scope(community=community):
        return GridSet.objects.filter(undone_at__isnull=True).order_by("-number").first()


def spot_by_code(*, community: Community, code: str) -> Spot | None:
    """Find the spot whose QR code says `code`, as somebody may have typed it; None where there is none (any more)."""
    read = re.sub(r"[\s-]", "", code).upper().translate(_READ_AS)
    with scope(community=community):
        found = Spot.objects.filter(code=read, retired_at__isnull=True)
        return found.select_related("grid").first()


def spots_of(community: Community) -> list[Spot]:
    """Every spot of a community that is in use, in the order they were made."""
    with scope(community=community):
        return list(Spot.objects.filter(retired_at__isnull=True).select_related("grid").order_by("pk"))


@dataclasses.dataclass(frozen=True, slots=True)
class SpotList:
    """Spots that were made together: the number of their list, and how many of it are in use."""

    number: int
    count: int


def last_spot_list(community: Community) -> SpotList | None:
    """Find the list of spots that came last, of those that are in use; None where there is none."""
    with scope(community=community):
        of_lists = Spot.objects.filter(retired_at__isnull=True, list_number__isnull=False)
        last = of_lists.values("list_number").annotate(count=Count("pk")).order_by("-list_number").first()
    return None if last is None else SpotList(last["list_number"] or 0, last["count"])


@dataclasses.dataclass(frozen=True, slots=True)
class HomeAt:
    """A home near a point: its index and reference in the place, what it is called, how far it is."""

    index: int
    ref: str
    name: str
    address: str
    lon: float
    lat: float
    distance_m: float


def place_of(community: Community) -> Place | None:
    """Open what was read in for a community; None where nothing was, or it cannot be read any more."""
    row = current_import(slug=community.slug)
    if row is None:
        return None
    try:
        return _opened(row.place_file, row.fingerprint)
    except InputError:
        return None


@lru_cache(maxsize=8)
def _opened(path: Path, fingerprint: str) -> Place:
    del fingerprint  # another file under the same name is another place
    return Place.load(path)


def nearest_home(*, community: Community, lon: float, lat: float) -> HomeAt | None:
    """Find the home whose door is nearest in a straight line; None where no place was read in."""
    place = place_of(community)
    if place is None or not len(place.homes):
        return None
    homes = place.homes
    far_m = haversine_m(np.array(lon), np.array(lat), np.asarray(homes.lon), np.asarray(homes.lat))
    index = int(np.argmin(far_m))
    return HomeAt(
        index=index,
        ref=homes.ref[index],
        name=homes.name[index],
        address=homes.address[index],
        lon=float(homes.lon[index]),
        lat=float(homes.lat[index]),
        distance_m=float(far_m[index]),
    )


def homes_without_grid(community: Community) -> int:
    """Count the homes that lie in no grid: there should be none."""
    place = place_of(community)
    if place is None:
        return 0
    return int(np.count_nonzero(grid_numbers(place, [shape(g.boundary) for g in grids_of(community)]) < 0))


def grid_numbers(place: Place, shapes: list[shapely.Geometry]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Say for each home which of the shapes its door lies in (the first, where two meet); -1 for none."""
    found = np.full(len(place.homes), -1)
    for index in reversed(range(len(shapes))):
        shapely.prepare(shapes[index])
        found[shapely.intersects_xy(shapes[index], place.homes.lon, place.homes.lat)] = index
    return found
