"""Grids drawn in Chromium: by pointer, by keyboard alone, from a file; and found by who lives in them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import shapely
from django.conf import settings
from django_scopes import scope
from playwright.sync_api import Locator, expect

from linli.desk.places.drawing import check
from linli.desk.places.grids import drawn_now
from linli.desk.places.queries import grids_of, spots_of
from tests.desk.conftest import Built, serve_no_more
from tests.desk.pages.grids.conftest import client_of, halves, make_village_office
from tests.desk.people.conftest import Office
from tests.desk.places.test_grids import feature, features

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Show = Callable[..., "Visit"]


@pytest.fixture
def office(transactional_db: None, built_village: Built) -> Iterator[Office]:
    del transactional_db
    yield make_village_office(built_village)
    serve_no_more()


@pytest.fixture
def show(office: Office, live_server: LiveServer, open_page: OpenPage) -> Show:
    """Open a page as somebody who has logged in; its map is drawn, without movements."""

    def open_as(path: str, who: str | None = "desk", **window) -> Visit:
        seen = open_page(**{"locale": "en", "reduced_motion": "reduce", **window})
        if who:
            session = client_of(office, who).session
            session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
            session.save()
            cookie = {
                "name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url,
            }  # fmt: skip
            seen.page.context.add_cookies([cookie])
        seen.page.goto(live_server.url + path)
        expect(seen.page.locator("[data-drawn=yes]")).to_be_attached()
        return seen

    return open_as


def middle_of(canvas: Locator) -> tuple[float, float]:
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def areas(office: Office) -> dict[int, shapely.Geometry]:
    with scope(community=office.community):
        return {one.number: one.area for one in drawn_now(office.community)[0]}


def covers(office: Office, place: shapely.Geometry) -> bool:
    """Whether the grids as they are drawn lie side by side, with the whole place and every home in them."""
    with scope(community=office.community):
        preview = check(office.community, drawn_now(office.community)[0])
    return preview.errors == [] and preview.gaps is None and preview.drawn != [] and bool(place.area)


def test_grid_is_drawn_and_moved_by_pointer(office: Office, built_village: Built, show: Show) -> None:
    place = built_village.place.boundary
    page = (seen := show("/c/willow/desk/grids/")).page
    page.click("[data-act=draw]")
    x, y = middle_of(page.locator("#map"))
    for right, down in ((-60, -60), (60, -60), (60, 60), (-60, 60)):
        page.mouse.click(x + right, y + down)
        page.wait_for_timeout(500)
    expect(page.locator("[data-count]")).to_have_text("4 corners so far")
    with page.expect_navigation():
        page.click("[data-do=finish]")
    expect(page.locator(".said")).to_have_text("The new grid is in the draft. Give it a name.")
    assert sorted(areas(office)) == [1, 2, 3]
    assert covers(office, place)
    before = areas(office)[3]
    assert before.bounds[0] < 0.0255 < before.bounds[2]

    expect(page.locator("[data-drawn=yes]")).to_be_attached()
    page.click("[data-act=edit]")
    x, y = middle_of(page.locator("#map"))
    box = page.locator("#map").bounding_box()
    assert box is not None
    # The map shows the grid from edge to edge, 48 px from its own: its right border is dragged to the left.
    west, south, east, north = before.bounds
    per_px = max((east - west) / (box["width"] - 96), (north - south) / (box["height"] - 96))
    corner = (x + (east - west) / per_px / 2, y - (north - south) / per_px / 2)
    page.mouse.move(*corner)
    page.mouse.down()
    page.mouse.move(corner[0] - 40, corner[1] + 1, steps=4)
    page.mouse.move(corner[0] - 100, corner[1] + 1, steps=4)
    page.mouse.up()
    with page.expect_navigation():
        page.click("[data-do=finish]")
    after = areas(office)[3]
    assert after.area < before.area * 0.98
    assert covers(office, place)
    assert seen.errors == []


def start_drawing(page: Page) -> None:
    """By keyboard, once the map is there to be drawn on."""
    expect(page.locator("[data-drawn=yes]")).to_be_attached()
    page.locator("[data-act=draw]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#tools")).to_be_visible()


def test_grid_is_drawn_and_moved_by_keyboard_alone(office: Office, built_village: Built, show: Show) -> None:
    place = built_village.place.boundary
    page = (seen := show("/c/willow/desk/grids/")).page
    canvas = page.locator("#map canvas")

    def press(name: str) -> None:
        page.locator(f"[data-do={name}]:visible").focus()
        page.keyboard.press("Enter")

    start_drawing(page)
    for arrow in ("ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft"):
        canvas.focus()
        page.keyboard.press(arrow)
        page.wait_for_timeout(500)
        press("add")
    expect(page.locator("[data-count]")).to_have_text("5 corners so far")
    press("back")
    expect(page.locator("[data-count]")).to_have_text("4 corners so far")
    with page.expect_navigation():
        press("finish")
    assert sorted(areas(office)) == [1, 2, 3]
    assert covers(office, place)

    page.goto(page.url.partition("?")[0] + "?grid=1")
    expect(page.locator("[data-drawn=yes]")).to_be_attached()
    before = areas(office)[1]
    page.locator("[data-act=edit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-count]")).to_contain_text("Corner 1 of")
    press("split")
    expect(page.locator("[data-count]")).to_contain_text("Corner 2 of")
    press("drop")
    expect(page.locator("[data-count]")).to_contain_text("Corner taken away")
    for _step in range(3):
        press("next")
        press("left")
        press("up")
    with page.expect_navigation():
        press("finish")
    assert not areas(office)[1].equals(before)
    assert seen.axe() == []
    start_drawing(page)
    page.keyboard.press("Escape")
    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("[data-act=draw]")).to_be_focused()
    assert seen.errors == []


def test_grids_are_brought_looked_at_put_in_force_and_taken_back(
    office: Office, built_village: Built, show: Show, tmp_path: Path
) -> None:
    sides = halves(built_village.place, at=0.02)
    given = features(*(feature(area, number=n, name=f"G{n}") for n, area in enumerate(sides, start=1)))
    (tmp_path / "grids.geojson").write_text(json.dumps(given), encoding="utf-8")
    page = (seen := show("/c/willow/desk/grids/", width=360)).page
    page.set_input_files("#file", tmp_path / "grids.geojson")
    page.select_option("#datum", "wgs84")
    with page.expect_navigation():
        page.get_by_role("button", name="Read it into a draft").click()
    expect(page.locator(".draft")).to_contain_text("Every home lies in exactly one grid.")
    assert seen.axe() == []
    assert not seen.scrolls_sideways()
    with page.expect_navigation():
        page.get_by_role("button", name="Put it in force").click()
    expect(page.locator(".said")).to_have_text("These grids are in force.")
    assert [round(grid.east, 3) for grid in grids_of(office.community)] == [0.02, 0.052]
    with page.expect_navigation():
        page.get_by_role("button", name="Undo the last change").click()
    assert [round(grid.east, 4) for grid in grids_of(office.community)] == [0.0145, 0.052]
    assert seen.errors == []


def test_resident_finds_their_grid_by_where_they_are_and_by_a_tap(office: Office, show: Show) -> None:
    where = {"longitude": 0.0255, "latitude": 0.0001}
    seen = show("/c/willow/grids/", None, width=360, geolocation=where, permissions=["geolocation"])
    page = seen.page
    asked = len(seen.requests)
    page.click("[data-act=here]")
    expect(page.locator("[data-news]")).to_have_text("Where you are: East")
    expect(page.locator("#grid-2")).to_have_class("card chosen")
    page.context.set_geolocation({"longitude": 9.0, "latitude": 9.0})
    page.click("[data-act=here]")
    expect(page.locator("[data-news]")).to_have_text("Where you are lies in no grid of this community.")
    page.context.set_geolocation({"longitude": 0.001, "latitude": 0.0001})
    page.click("[data-act=here]")
    expect(page.locator("[data-news]")).to_have_text("Where you are: West")
    page.locator("#map canvas").scroll_into_view_if_needed()
    page.mouse.click(*middle_of(page.locator("#map")))
    expect(page.locator("[data-news]")).to_have_text("The place you tapped: West")
    # Where they are went nowhere: the map asked for its own tiles, nothing else.
    assert [url for url in seen.requests[asked:] if "tiles.pmtiles" not in url and "blob:" not in url] == []
    assert seen.errors == []


def test_spot_is_put_on_the_map_and_its_code_printed(office: Office, show: Show) -> None:
    page = (seen := show("/c/willow/desk/spots/", width=360)).page
    page.locator("#map canvas").scroll_into_view_if_needed()
    page.mouse.click(*middle_of(page.locator("#map")))
    expect(page.locator("[data-news]")).to_contain_text("The place is marked on the map")
    lon = float(page.input_value("#lon"))
    assert 0.02 < lon < 0.03
    page.fill("#new-zh", "老槐树")
    with page.expect_navigation():
        page.get_by_role("button", name="Make the spot").click()
    [spot] = spots_of(office.community)
    assert (spot.name_zh, spot.lon, spot.grid and spot.grid.number) == ("老槐树", lon, 2)
    assert seen.axe() == []
    page.get_by_role("checkbox", name="Print 老槐树").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Sheet to print").click()
    expect(page.get_by_role("img", name="QR code of 老槐树")).to_be_visible()
    page.emulate_media(media="print")
    label = page.locator(".label").bounding_box()
    assert label is not None
    assert label["height"] == pytest.approx(66 * 96 / 25.4, abs=1)
    assert seen.errors == []
