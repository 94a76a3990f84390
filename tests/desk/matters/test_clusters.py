from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from linli.desk.common import clock
from linli.desk.matters.clusters import SAME_PLACE_M, _at_one_place, _fullest, _Report, clusters, recurring
from linli.desk.matters.figures import METRES_PER_DEGREE, Extent, metres_between
from linli.desk.matters.models import Outcome, State
from tests.desk.matters.rows import DAY, put
from tests.desk.people.conftest import Office

LON, LAT = 120.011, 30.005


def beside(*, east: float = 0, north: float = 0) -> dict[str, float]:
    """A place so many metres from the lamp."""
    return {
        "lon": LON + east / METRES_PER_DEGREE / math.cos(math.radians(LAT)),
        "lat": LAT + north / METRES_PER_DEGREE,
    }


def test_clusters_are_where_most_lie_together(office: Office, django_assert_num_queries) -> None:
    first, second = office.grids
    for east in (0, 10, 20, 30):
        put(office, grid=first, **beside(east=east))
    put(office, grid=second, category="noise", overdue_at=clock.now(), **beside(east=15))
    for north in (500, 510, 520):
        put(office, grid=second, **beside(north=north))
    put(office, **beside(east=3000))
    with django_assert_num_queries(6):
        full, other = clusters(Extent(office.community))
    assert (full.count, full.late) == (5, 1)
    assert [(category.key, n) for category, n in full.categories] == [("lighting", 4), ("noise", 1)]
    assert full.grids == ((first, 4), (second, 1))
    assert (
        metres_between(
            full.lon, full.lat, **dict(zip(("other_lon", "other_lat"), beside(east=15).values(), strict=True))
        )
        < 1
    )
    assert full.codes == ("26-00005", "26-00004", "26-00003", "26-00002", "26-00001")
    assert (other.count, other.late, other.grids) == (3, 0, ((second, 3),))


def test_clusters_need_three_and_a_place(office: Office) -> None:
    assert clusters(Extent(office.community)) == []
    put(office)
    put(office)
    put(office, lon=None, lat=None)
    put(office, state=State.REFUSED)
    assert clusters(Extent(office.community)) == []
    assert [one.count for one in clusters(Extent(office.community), least=2)] == [2]


def test_clusters_are_of_the_time_and_kind_asked_for(office: Office) -> None:
    for days_ago in (1, 1, 1, 50, 50, 50):
        put(office, days_ago=days_ago)
    since = clock.now() - 10 * DAY
    assert [one.count for one in clusters(Extent(office.community, since=since))] == [3]
    assert clusters(Extent(office.community, category="noise")) == []


def test_fullest_takes_each_square_once() -> None:
    # A row of five squares: the middle three are fullest; what is left at the ends is not enough.
    counts = {(0, x): n for x, n in enumerate((1, 3, 5, 3, 1))}
    assert _fullest(counts, least=3, most=9) == [[(0, 1), (0, 2), (0, 3)]]
    assert _fullest(counts, least=1, most=9) == [[(0, 1), (0, 2), (0, 3)], [(0, 0)], [(0, 4)]]
    assert _fullest(counts, least=1, most=1) == [[(0, 1), (0, 2), (0, 3)]]


@given(st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(1, 9), min_size=1))
def test_fullest_first_is_the_fullest_of_all(counts: dict[tuple[int, int], int]) -> None:
    def around(y: int, x: int) -> int:
        return sum(counts.get((y + dy, x + dx), 0) for dy in (-1, 0, 1) for dx in (-1, 0, 1))

    found = _fullest(counts, least=1, most=99)
    assert sorted(cell for group in found for cell in group) == sorted(counts)
    sums = [sum(counts[cell] for cell in group) for group in found]
    assert sums == sorted(sums, reverse=True)
    assert sums[:1] == [max(around(*cell) for cell in counts)]


def test_recurring_counts_reopenings_and_knows_places_apart(
    office: Office, django_assert_num_queries
) -> None:
    lamp = [put(office, days_ago=3 - n, **beside(east=20 * n)) for n in range(3)]
    stubborn = put(office, category="noise", reopened=2, **beside(east=400))
    put(office, category="noise", **beside(east=600))
    put(office, **beside(east=300))
    put(office, days_ago=91, **beside(east=300))
    put(office, outcome=Outcome.MERGED, closed_after=0.1, **beside(east=300))
    with django_assert_num_queries(2):
        found = recurring(office.community)
    assert [(one.category.key, one.times, set(one.matters)) for one in found] == [
        ("lighting", 3, set(lamp)),
        ("noise", 3, {stubborn}),
    ]


@given(st.lists(st.tuples(st.floats(-400, 400), st.floats(-400, 400)), min_size=1, max_size=25))
def test_at_one_place_looks_no_farther_and_no_nearer_than_comparing_all(
    places: list[tuple[float, float]],
) -> None:
    made = [
        _Report(pk=number, category=1, times=1, **beside(east=east, north=north))
        for number, (east, north) in enumerate(places)
    ]
    by_hand: list[list[_Report]] = []
    for one in made:
        for group in by_hand:
            if metres_between(group[0].lon, group[0].lat, one.lon, one.lat) <= SAME_PLACE_M:
                group.append(one)
                break
        else:
            by_hand.append([one])
    assert _at_one_place(made) == by_hand
