"""Where matters lie close together, and what keeps coming back to one place."""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, F, Q, Window
from django.db.models.functions import Floor, RowNumber

from linli.desk.common import clock
from linli.desk.matters.figures import METRES_PER_DEGREE, Extent, metres_between
from linli.desk.matters.lifecycle import OPEN
from linli.desk.matters.models import Category, Matter
from linli.desk.places.models import Grid

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.places.models import Community

#: Matters are counted in squares of this side; a cluster is a square with the eight around it. Our own choice.
CELL_M = 50.0
#: So many matters close together are a cluster. Our own choice.
LEAST = 3
#: Squares looked at: the fullest. A place of ten square kilometres has as many.
_CELLS = 4000
#: So many of a cluster are named.
_CODES = 6
#: Two reports of one category lie at one place if they are at most so far apart.
SAME_PLACE_M = 100.0
#: At most so many are compared one by one; the newest.
_COMPARED = 5000

Cell = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Cluster:
    """Matters close together: where their middle is, how many, how many of them are late, of what kind, in which grids."""

    lon: float
    lat: float
    count: int
    late: int
    categories: tuple[tuple[Category, int], ...]
    grids: tuple[tuple[Grid | None, int], ...]
    # The newest of them.
    codes: tuple[str, ...]


def clusters(asked: Extent, *, least: int = LEAST, most: int = 12) -> list[Cluster]:
    """Find where matters are closest together, the fullest first.

    Matters are counted in squares of 50 m. The square that has most matters in it and in the eight around it is a cluster
    with those; then the same again with what is left, until fewer than `least` lie together. The database counts; six
    queries, however many matters there are.
    """
    placed = Matter.objects.filter(asked.received, lat__isnull=False).order_by()
    middle = placed.aggregate(lat=Avg("lat"))["lat"]
    if middle is None:
        return []
    up = METRES_PER_DEGREE / CELL_M
    squares = placed.annotate(y=Floor(F("lat") * up), x=Floor(F("lon") * up * math.cos(math.radians(middle))))
    late = Count("pk", filter=Q(state__in=OPEN, overdue_at__isnull=False))
    counted = (
        squares.values("y", "x")
        .annotate(n=Count("pk"), late=late, mean_lon=Avg("lon"), mean_lat=Avg("lat"))
        .order_by("-n", "y", "x")
        .values_list("y", "x", "n", "late", "mean_lon", "mean_lat")[:_CELLS]
    )
    cells = {(int(y), int(x)): _Square(*rest) for y, x, *rest in counted}
    found = _fullest({cell: one.count for cell, one in cells.items()}, least=least, most=most)
    if not found:
        return []
    kinds, grids = _kinds_and_grids(squares, found)
    codes = _newest(squares, found)
    categories = Category.objects.in_bulk([pk for counter in kinds for pk in counter])
    places = Grid.objects.in_bulk([pk for counter in grids for pk in counter if pk is not None])
    return [
        _cluster(
            [cells[cell] for cell in group],
            categories=tuple((categories[pk], n) for pk, n in kinds[number].most_common()),
            grids=tuple((places.get(pk or 0), n) for pk, n in grids[number].most_common()),
            codes=codes[number],
        )
        for number, group in enumerate(found)
    ]


@dataclasses.dataclass(frozen=True)
class _Square:
    count: int
    late: int
    lon: float
    lat: float


def _fullest(counts: dict[Cell, int], *, least: int, most: int) -> list[list[Cell]]:
    """Take the fullest nine squares again and again; each square once, ties by place so that the answer is always the same."""

    def around(cell: Cell) -> list[Cell]:
        y, x = cell
        near = ((y + up, x + right) for up in (-1, 0, 1) for right in (-1, 0, 1))
        return [one for one in near if one in left]

    def heap_entry(cell: Cell) -> tuple[int, int, Cell]:
        # Of two that reach the same, the one in whose own square most lie is the middle.
        return -sum(left[one] for one in around(cell)), -left[cell], cell

    left = dict(counts)
    heap = [heap_entry(cell) for cell in left]
    heapq.heapify(heap)
    found: list[list[Cell]] = []
    while heap and len(found) < most:
        entry = heapq.heappop(heap)
        cell = entry[2]
        if cell not in left:
            continue
        now = heap_entry(cell)
        if now != entry:
            # Neighbours were taken meanwhile.
            heapq.heappush(heap, now)
            continue
        if -now[0] < least:
            break
        group = around(cell)
        found.append(group)
        for one in group:
            del left[one]
    return found


def _inside(found: list[list[Cell]]) -> Q:
    """Condition on the squares of all clusters, and a few around them."""
    inside = Q(pk__in=[])
    for group in found:
        ys, xs = [y for y, _x in group], [x for _y, x in group]
        inside |= Q(y__gte=min(ys), y__lte=max(ys), x__gte=min(xs), x__lte=max(xs))
    return inside


def _kinds_and_grids(
    squares: QuerySet[Any, Any], found: list[list[Cell]]
) -> tuple[list[Counter[int]], list[Counter[int | None]]]:
    """Count categories and grids of each cluster."""
    of_cell = {cell: number for number, group in enumerate(found) for cell in group}
    kinds: list[Counter[int]] = [Counter() for _ in found]
    grids: list[Counter[int | None]] = [Counter() for _ in found]
    rows = squares.filter(_inside(found)).values("y", "x", "category", "grid").annotate(n=Count("pk"))
    for y, x, category, grid, n in rows.values_list("y", "x", "category", "grid", "n"):
        number = of_cell.get((int(y), int(x)))
        if number is not None:
            kinds[number][category] += n
            grids[number][grid] += n
    return kinds, grids


def _newest(squares: QuerySet[Any, Any], found: list[list[Cell]]) -> list[tuple[str, ...]]:
    """Name a few matters of each cluster, the newest of each square first."""
    of_cell = {cell: number for number, group in enumerate(found) for cell in group}
    place = Window(RowNumber(), partition_by=["y", "x"], order_by=["-received_at", "-pk"])
    newest = squares.filter(_inside(found)).annotate(place=place).filter(place__lte=_CODES)
    codes: list[list[str]] = [[] for _ in found]
    for y, x, code in newest.order_by("-received_at", "-pk").values_list("y", "x", "code"):
        number = of_cell.get((int(y), int(x)))
        if number is not None:
            codes[number].append(code)
    return [tuple(each[:_CODES]) for each in codes]


def _cluster(
    squares: list[_Square],
    *,
    categories: tuple[tuple[Category, int], ...],
    grids: tuple[tuple[Grid | None, int], ...],
    codes: tuple[str, ...],
) -> Cluster:
    count = sum(one.count for one in squares)
    return Cluster(
        lon=sum(one.lon * one.count for one in squares) / count,
        lat=sum(one.lat * one.count for one in squares) / count,
        count=count,
        late=sum(one.late for one in squares),
        categories=categories,
        grids=grids,
        codes=codes,
    )


@dataclasses.dataclass(frozen=True)
class Recurring:
    """Something that keeps coming back: matters of one category at one place."""

    category: Category
    lon: float
    lat: float
    matters: tuple[Matter, ...]

    @property
    def times(self) -> int:
        """How often it came: reports, and each reopening as one more."""
        return sum(1 + matter.reopened for matter in self.matters)


@dataclasses.dataclass(frozen=True)
class _Report:
    pk: int
    category: int
    lon: float
    lat: float
    times: int


def recurring(
    community: Community, *, least: int = 3, days: int = 90, most: int | None = None
) -> list[Recurring]:
    """Find what came back most: at least so many of one category at one place, a reopening counting as one more.

    In two queries; only the matters of what is given back are loaded.
    """
    since = clock.now() - dt.timedelta(days=days)
    rows = (
        Matter.objects.filter(Extent(community, since=since).received, lon__isnull=False)
        .order_by("-received_at", "-pk")
        .values_list("pk", "category", "lon", "lat", "reopened")[:_COMPARED]
    )
    by_category: dict[int, list[_Report]] = defaultdict(list)
    for pk, category, lon, lat, reopened in rows:
        by_category[category].append(_Report(pk, category, lon or 0.0, lat or 0.0, 1 + reopened))
    groups = [
        group for many in by_category.values() for group in _at_one_place(many) if _times(group) >= least
    ]
    groups.sort(key=lambda group: (-_times(group), group[0].pk))
    wanted = [one.pk for group in groups[:most] for one in group]
    # A follow code is decrypted as it is loaded, and nobody asks for it here.
    slim = Matter.objects.select_related("category", "grid", "community").defer("follow_code")
    matters = slim.in_bulk(wanted)
    return [_recurring([matters[one.pk] for one in group]) for group in groups[:most]]


def _times(group: Iterable[_Report]) -> int:
    return sum(one.times for one in group)


def _recurring(matters: list[Matter]) -> Recurring:
    lon = sum(row.lon or 0.0 for row in matters) / len(matters)
    lat = sum(row.lat or 0.0 for row in matters) / len(matters)
    return Recurring(matters[0].category, lon, lat, tuple(matters))


def _at_one_place(reports: Iterable[_Report]) -> list[list[_Report]]:
    """Put each with the first group whose first one lies near enough; in the order given, so always the same.

    Only groups in the squares around a report are looked at, so that thousands take no longer than they must.
    """
    many = list(reports)
    # Squares at least as wide as the distance everywhere, so that whoever is near is at most one square away.
    farthest = max(abs(one.lat) for one in many)
    up = METRES_PER_DEGREE / SAME_PLACE_M
    right = up * max(math.cos(math.radians(farthest)), 0.01)
    groups: list[list[_Report]] = []
    by_square: dict[Cell, list[int]] = defaultdict(list)
    for report in many:
        y, x = math.floor(report.lat * up), math.floor(report.lon * right)
        around = ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
        for number in sorted(number for square in around for number in by_square.get(square, ())):
            first = groups[number][0]
            if metres_between(first.lon, first.lat, report.lon, report.lat) <= SAME_PLACE_M:
                groups[number].append(report)
                break
        else:
            by_square[y, x].append(len(groups))
            groups.append([report])
    return groups
