from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from django.utils.translation import override
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping, shape

from linli.desk.common import ledger
from linli.desk.common.models import LedgerEntry
from linli.desk.places.drawing import check, collection
from linli.desk.places.grids import (
    GridsRefusedError,
    StaleDraftError,
    apply_draft,
    carve,
    drawn_now,
    drop_draft,
    fill_gaps,
    keep_draft,
    preview_grids,
    replace_grids,
    reshape,
    suggest_grids,
    undo_grids,
)
from linli.desk.places.imports import UnusableListError
from linli.desk.places.models import Community, Grid, GridSet
from linli.desk.places.queries import draft_of, grid_at, grids_of, homes_without_grid
from linli.desk.places.shaping import merged
from linli.desk.places.spots import make_spot
from linli.desk.places.suggest import dwellings_of, suggest
from linli.engine.streets.datum import wgs84_to_gcj02

if TYPE_CHECKING:
    from linli.desk.places.serving import Served
    from tests.desk.conftest import Built

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db
BY = "account:3"


@pytest.fixture
def empty() -> Community:
    """A community into which no place was read."""
    return Community.objects.create(slug="empty", name_zh="空村", created_at=NOON)


def feature(area: shapely.Geometry, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": mapping(area)}


def features(*given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(given)}


def two(**second: Any) -> dict[str, Any]:
    return features(
        feature(shapely.box(0, 0, 1, 1), number=1, name_zh="东"),
        feature(shapely.box(1, 0, 2, 1), **{"number": 2, "name_zh": "西", **second}),
    )


def put(community: Community, geojson: dict[str, Any] | bytes, datum: str = "wgs84") -> GridSet:
    return replace_grids(community=community, geojson=geojson, datum=datum, by=BY)


def faults(community: Community, geojson: Any, datum: str = "wgs84") -> list[tuple[int, str]]:
    with pytest.raises(UnusableListError) as caught:
        preview_grids(community=community, geojson=geojson, datum=datum)
    return [(fault.line, fault.what) for fault in caught.value.faults]


def test_replacing_grids_draws_them_and_says_so_in_the_ledger(empty: Community) -> None:
    made = put(empty, two(phone="110", code="1" * 15))
    assert [(g.number, g.name_zh, g.phone, g.code) for g in grids_of(empty)] == [
        (1, "东", "", ""),
        (2, "西", "110", "1" * 15),
    ]
    with scope(community=empty):
        [entry] = LedgerEntry.objects.all()
    assert (entry.event, entry.actor, entry.about) == ("grids.replaced", BY, f"grid_set:{made.pk}")
    assert entry.data == {"numbers": [1, 2]}
    assert ledger.verify(community=empty) == []


def test_replaced_grid_keeps_its_row_by_number_code_or_name(empty: Community) -> None:
    put(empty, two(code="1" * 15))
    before = {grid.number: grid.pk for grid in grids_of(empty)}
    put(
        empty,
        features(
            feature(shapely.box(0, 0, 0.5, 1), name="东"),
            feature(shapely.box(1, 0, 3, 1), code="1" * 15, name="Far West"),
            feature(shapely.box(0.5, 0, 1, 1), name="新"),
        ),
    )
    now = {grid.number: grid for grid in grids_of(empty)}
    assert {number: now[number].pk for number in before} == before
    assert (now[2].name_zh, now[2].name_en, now[2].east) == ("", "Far West", 3.0)
    assert now[3].name_zh == "新"


def test_grid_no_longer_drawn_is_retired_and_comes_back_with_undo(empty: Community) -> None:
    put(empty, two())
    put(empty, features(feature(shapely.box(0, 0, 2, 1), number=1, name_zh="全")))
    assert [grid.number for grid in grids_of(empty)] == [1]
    with scope(community=empty):
        assert Grid.objects.get(number=2).retired_at is not None
    undo_grids(community=empty, by=BY)
    assert [(grid.number, grid.name_zh, grid.east) for grid in grids_of(empty)] == [
        (1, "东", 1.0),
        (2, "西", 2.0),
    ]
    undo_grids(community=empty, by=BY)
    assert grids_of(empty) == []
    assert undo_grids(community=empty, by=BY) is None
    with scope(community=empty):
        assert [entry.event for entry in LedgerEntry.objects.order_by("number")] == [
            "grids.replaced",
            "grids.replaced",
            "grids.undone",
            "grids.undone",
        ]


def test_codes_may_change_hands(empty: Community) -> None:
    put(empty, features(*(feature(shapely.box(n, 0, n + 1, 1), number=n, code=f"{n}" * 15) for n in (1, 2))))
    put(
        empty,
        features(*(feature(shapely.box(n, 0, n + 1, 1), number=n, code=f"{3 - n}" * 15) for n in (1, 2))),
    )
    assert [grid.code for grid in grids_of(empty)] == ["2" * 15, "1" * 15]


def test_grids_that_overlap_are_refused_and_nothing_changes(empty: Community) -> None:
    put(empty, two())
    with pytest.raises(GridsRefusedError) as caught:
        put(
            empty,
            features(
                feature(shapely.box(0, 0, 1, 1), number=1), feature(shapely.box(0.5, 0, 2, 1), number=2)
            ),
        )
    assert len(caught.value.problems) == 1
    assert [grid.name_zh for grid in grids_of(empty)] == ["东", "西"]


def test_overlap_of_a_hair_is_given_to_the_lower_number(empty: Community) -> None:
    hair = 5e-6  # half a metre
    put(
        empty,
        features(
            feature(shapely.box(0, 0, 1, 1), number=1), feature(shapely.box(1 - hair, 0, 2, 1), number=2)
        ),
    )
    one, other = (shape(grid.boundary) for grid in grids_of(empty))
    assert one.intersection(other).area == 0
    assert one.area == pytest.approx(1.0)


def test_grids_in_gcj02_are_turned_and_in_wgs84_are_not(empty: Community) -> None:
    ring = np.array([[114.30, 30.59], [114.31, 30.59], [114.31, 30.60], [114.30, 30.60], [114.30, 30.59]])
    turned = np.column_stack(wgs84_to_gcj02(ring[:, 0], ring[:, 1]))
    given = features(feature(shapely.Polygon(turned), number=1))
    put(empty, given, "gcj02")
    assert shapely.get_coordinates(shape(grids_of(empty)[0].boundary)) == pytest.approx(ring, abs=2e-7)
    put(empty, given, "wgs84")
    assert shapely.get_coordinates(shape(grids_of(empty)[0].boundary)) == pytest.approx(turned, abs=2e-7)


@pytest.mark.parametrize("datum", ["", "guess"])
def test_datum_that_is_not_declared_is_not_guessed(empty: Community, datum: str) -> None:
    assert len(faults(empty, two(), datum)) == 1
    assert grids_of(empty) == []


def test_every_fault_of_a_file_is_told_with_its_feature(empty: Community) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    given = features(
        feature(shapely.Point(0, 0), number=1),
        feature(bow, number=2),
        feature(shapely.box(0, 0, 1, 1), number="eins"),
        feature(shapely.box(0, 0, 1, 1), number=4, code="12"),
        feature(shapely.box(0, 0, 1, 1), number=5),
        feature(shapely.box(0, 0, 1, 1), number=5),
        feature(shapely.box(0, 0, 1000, 1), number=6),
        {"type": "Feature", "properties": {}, "geometry": None},
    )
    assert [line for line, _what in faults(empty, given)] == [1, 2, 3, 4, 6, 7, 8]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\x00",
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": [7]}',
        b'{"type": "Polygon", "coordinates": "x"}',
        b"number,name\n1,A\n",
    ],
)
def test_file_that_is_no_list_of_grids_is_refused_in_words(empty: Community, data: bytes) -> None:
    assert faults(empty, data)


def test_preview_says_what_would_change(village: Served) -> None:
    community = village.row.community
    west, south, east, north = village.place.boundary.bounds
    middle = 0.012
    halves = features(
        feature(shapely.box(west, south, middle, north), number=1, name="西片"),
        feature(shapely.box(middle, south, east, north), number=2, name="东片"),
    )
    preview = preview_grids(community=community, geojson=halves, datum="wgs84")
    assert [(row.change, row.homes) for row in preview.rows] == [("new", 2), ("new", 3)]
    assert (preview.errors, preview.homes_left_out, preview.gaps) == ([], 0, None)
    put(community, halves)
    assert homes_without_grid(community) == 0
    again = preview_grids(community=community, geojson=halves, datum="wgs84")
    assert again.changes_nothing
    less = preview_grids(community=community, geojson=features(halves["features"][1]), datum="wgs84")
    assert [grid.number for grid in less.retired] == [1]
    assert less.homes_left_out == 2
    assert len(less.errors) == 1
    with pytest.raises(GridsRefusedError):
        put(community, features(halves["features"][1]))


def test_grids_far_from_the_place_ask_for_the_datum(village: Served) -> None:
    preview = preview_grids(
        community=village.row.community,
        geojson=features(feature(shapely.box(114, 30, 114.1, 30.1), number=1, name="武汉")),
        datum="wgs84",
    )
    assert any("武汉" in error for error in preview.errors)


def test_gaps_are_filled_by_the_neighbour_with_the_longest_border(village: Served) -> None:
    community = village.row.community
    west, south, _, north = village.place.boundary.bounds
    given = features(
        feature(shapely.box(west, south, 0.01, north), number=1),
        feature(shapely.box(0.01, south, 0.02, 0.0), number=2),
    )
    drawn = preview_grids(community=community, geojson=given, datum="wgs84").drawn
    whole = fill_gaps(community=community, drawn=drawn)
    assert shapely.union_all([one.area for one in whole]).equals(village.place.boundary)
    assert whole[0].area.intersection(whole[1].area).area == 0
    put(community, collection(whole))
    assert homes_without_grid(community) == 0


def test_grid_that_grows_takes_ground_and_one_that_shrinks_gives_it_to_its_neighbour(
    empty: Community,
) -> None:
    put(empty, two())
    drawn, _version = drawn_now(empty)
    grown = reshape(community=empty, drawn=drawn, number=1, area=shapely.box(0, 0, 1.25, 1))
    assert {one.number: one.area.bounds for one in grown} == {1: (0, 0, 1.25, 1), 2: (1.25, 0, 2, 1)}
    shrunk = reshape(community=empty, drawn=grown, number=1, area=shapely.box(0, 0, 0.5, 1))
    assert {one.number: one.area.bounds for one in shrunk} == {1: (0, 0, 0.5, 1), 2: (0.5, 0, 2, 1)}
    assert shapely.union_all([one.area for one in shrunk]).equals(shapely.box(0, 0, 2, 1))


def test_ground_that_nobody_borders_on_is_left_to_nobody(empty: Community) -> None:
    put(
        empty,
        features(feature(shapely.box(0, 0, 1, 1), number=1), feature(shapely.box(5, 0, 6, 1), number=2)),
    )
    drawn, _version = drawn_now(empty)
    shrunk = reshape(community=empty, drawn=drawn, number=1, area=shapely.box(0, 0, 0.5, 1))
    assert {one.number: one.area.bounds for one in shrunk} == {1: (0, 0, 0.5, 1), 2: (5, 0, 6, 1)}


def test_reshaped_grid_ends_at_the_place_and_may_swallow_others(village: Served) -> None:
    community = village.row.community
    west, south, east, north = village.place.boundary.bounds
    halves = [shapely.box(west, south, 0.0145, north), shapely.box(0.0145, south, east, north)]
    areas = [shapely.intersection(half, village.place.boundary) for half in halves]
    put(community, features(*(feature(area, number=number) for number, area in enumerate(areas, start=1))))
    drawn, _version = drawn_now(community)
    [whole] = reshape(community=community, drawn=drawn, number=2, area=shapely.box(-1, -1, 1, 1))
    assert (whole.number, whole.area.equals(village.place.boundary)) == (2, True)
    with override("en"), pytest.raises(ValueError, match="outside the place"):
        reshape(community=community, drawn=drawn, number=2, area=shapely.box(100, 1, 101, 2))


def test_draft_waits_beside_what_is_in_force(empty: Community) -> None:
    put(empty, two())
    drawn, version = drawn_now(empty)
    assert (len(drawn), version) == (2, 0)
    kept = keep_draft(community=empty, drawn=drawn[:1], by=BY, version=version)
    assert (kept, len(drawn_now(empty)[0]), len(grids_of(empty))) == (1, 1, 2)
    with pytest.raises(StaleDraftError):
        keep_draft(community=empty, drawn=drawn, by="account:4", version=0)
    assert keep_draft(community=empty, drawn=drawn, by="account:4", version=1) == 2
    drop_draft(community=empty, version=1)
    assert draft_of(empty) is not None
    drop_draft(community=empty, version=2)
    assert draft_of(empty) is None
    assert len(drawn_now(empty)[0]) == 2


def test_draft_is_gone_once_it_is_in_force_and_no_later_one_has_its_version(empty: Community) -> None:
    put(empty, two())
    version = keep_draft(community=empty, drawn=drawn_now(empty)[0][:1], by=BY)
    key = uuid.uuid4()
    first, again = (apply_draft(community=empty, version=version, by=BY, key=key) for _ in range(2))
    assert first.pk == again.pk
    assert draft_of(empty) is None
    assert [grid.number for grid in grids_of(empty)] == [1]
    later = keep_draft(community=empty, drawn=drawn_now(empty)[0], by="account:4")
    assert later > version
    with pytest.raises(StaleDraftError):
        apply_draft(community=empty, version=version, by=BY)


def test_draft_sent_twice_is_kept_once(empty: Community) -> None:
    put(empty, two())
    drawn, version = drawn_now(empty)
    key = uuid.uuid4()
    kept = [keep_draft(community=empty, drawn=drawn, by=BY, version=version, key=key) for _ in range(2)]
    assert kept == [1, 1]


def test_draft_that_overlaps_is_not_put_in_force(empty: Community) -> None:
    put(empty, two())
    drawn, version = drawn_now(empty)
    wide = [dataclasses.replace(one, area=shapely.box(0, 0, 2, 1)) for one in drawn]
    version = keep_draft(community=empty, drawn=wide, by=BY, version=version)
    with pytest.raises(GridsRefusedError):
        apply_draft(community=empty, version=version, by=BY)
    assert [grid.east for grid in grids_of(empty)] == [1.0, 2.0]
    assert draft_of(empty) is not None


def test_undo_of_a_change_that_is_no_longer_the_last_is_refused(empty: Community) -> None:
    first = put(empty, two())
    put(empty, features(feature(shapely.box(0, 0, 2, 1), number=1)))
    with pytest.raises(StaleDraftError):
        undo_grids(community=empty, by=BY, number=first.number)
    assert len(grids_of(empty)) == 1


def test_spots_move_to_the_grid_they_lie_in_now(empty: Community) -> None:
    put(empty, two())
    spot = make_spot(community=empty, kind="lamp", name_zh="灯杆", lon=0.5, lat=0.5, by=BY)
    assert spot.grid is not None
    assert spot.grid.number == 1
    put(empty, features(feature(shapely.box(0, 0, 2, 1), number=7)))
    with scope(community=empty):
        spot.refresh_from_db()
    assert spot.grid == grid_at(community=empty, lon=0.5, lat=0.5)
    assert spot.grid.number == 7


@pytest.mark.parametrize("households", [4, 8, 20, 400])
def test_suggested_grids_of_the_village_cover_it_and_are_apart(village: Served, households: int) -> None:
    suggested_well(
        village, [one.area for one in suggest_grids(community=village.row.community, households=households)]
    )


def test_suggested_grids_of_helsinki_are_balanced_and_in_one_piece_each(built_helsinki: Built) -> None:
    place = built_helsinki.place
    shapes = suggest(place, households=400)
    weight = dwellings_of(place)
    homes = shapely.points(place.homes.lon, place.homes.lat)
    held = np.array([weight[shapely.intersects(one, homes)].sum() for one in shapes])
    assert len(shapes) == round(weight.sum() / 400)
    assert held.sum() == pytest.approx(weight.sum())
    assert 300 <= held.min() <= held.max() <= 500
    assert {one.geom_type for one in shapes} == {"Polygon"}
    assert all(
        shapely.equals(one, other) for one, other in zip(shapes, suggest(place, households=400), strict=True)
    )


def test_suggested_grids_of_helsinki_cover_it_and_are_apart(town: Served) -> None:
    drawn = suggest_grids(community=town.row.community)
    suggested_well(town, [one.area for one in drawn])
    put(town.row.community, json.dumps(collection(drawn)).encode())
    assert homes_without_grid(town.row.community) == 0


def suggested_well(served: Served, shapes: list[shapely.Geometry]) -> None:
    boundary = shapely.set_precision(served.place.boundary, 1e-7)
    assert shapely.coverage_is_valid(np.array(shapes))
    assert shapely.union_all(shapes).symmetric_difference(boundary).area * 1.2e10 < 1.0  # m²
    homes = shapely.points(served.place.homes.lon, served.place.homes.lat)
    assert all(sum(shapely.intersects(one, home) for one in shapes) >= 1 for home in homes)


def test_nothing_is_suggested_where_no_place_was_read_in(empty: Community) -> None:
    assert suggest_grids(community=empty) == []


def test_grid_drawn_over_others_takes_their_ground(village: Served) -> None:
    community = village.row.community
    west, south, east, north = village.place.boundary.bounds
    put(community, features(feature(shapely.box(west, south, east, north), number=1, name="全村")))
    drawn, _version = drawn_now(community)
    cut = carve(community=community, drawn=drawn, area=shapely.box(0.02, south - 1, east + 1, north + 1))
    assert [one.number for one in cut] == [1, 2]
    assert cut[1].area.bounds == pytest.approx((0.02, south, east, north))
    assert cut[0].area.intersection(cut[1].area).area == 0
    swallowed = carve(community=community, drawn=cut, area=village.place.boundary)
    assert [one.number for one in swallowed] == [3]
    with override("en"), pytest.raises(ValueError, match="outside the place"):
        carve(community=community, drawn=drawn, area=shapely.box(100, 1, 101, 2))


def test_merged_grids_are_the_one_of_the_lowest_number(empty: Community) -> None:
    put(empty, two())
    drawn, _version = drawn_now(empty)
    [whole] = merged(drawn, [2, 1])
    assert (whole.number, whole.name_zh, whole.area.bounds) == (1, "东", (0.0, 0.0, 2.0, 1.0))
    assert merged(drawn, [2]) == drawn


def test_same_request_undoes_once(empty: Community) -> None:
    put(empty, two())
    put(empty, features(feature(shapely.box(0, 0, 2, 1), number=1)))
    key = uuid.uuid4()
    first, second = (undo_grids(community=empty, by=BY, key=key) for _ in range(2))
    assert first == second
    assert len(grids_of(empty)) == 2


spans = st.tuples(st.integers(0, 52), st.integers(0, 52)).filter(lambda ends: ends[0] != ends[1]).map(sorted)
steps = st.lists(
    st.tuples(st.sampled_from(("carve", "reshape", "merge")), spans, st.integers(0, 9)), max_size=6
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(steps=steps)
def test_whatever_is_drawn_grids_stay_beside_each_other_and_cover_the_place(
    village: Served, steps: list[tuple[str, list[int], int]]
) -> None:
    """Slanted outlines over a place that is covered: no home is ever left out, nothing overlaps, nothing is a gap."""
    community, place = village.row.community, village.place.boundary
    drawn = suggest_grids(community=community, households=12)
    for verb, (west, east), pick in steps:
        chosen = drawn[pick % len(drawn)].number
        left, right = west / 1000 - 0.001, east / 1000
        area = shapely.Polygon(
            [(left, -0.002), (right, -0.0015), (right - 0.0003, 0.002), (left + 0.0002, 0.0017)]
        )
        if verb == "carve":
            drawn = carve(community=community, drawn=drawn, area=area)
        elif verb == "reshape":
            whole = reshape(community=community, drawn=drawn, number=chosen, area=area)
            # What nobody borders on is nobody's, until it is filled.
            drawn = fill_gaps(community=community, drawn=whole)
        else:
            drawn = merged(drawn, [chosen, drawn[0].number])
        preview = check(community, drawn)
        assert preview.errors == []
        assert preview.gaps is None
        assert shapely.union_all([one.area for one in preview.drawn]).symmetric_difference(place).area < 1e-9
