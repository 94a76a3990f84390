"""The map as a reader meets it, in Chromium, with the real API behind it."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from linli.desk.places.serving import Served
    from tests.browser import OpenPage, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def pixel(page: Page, x: float, y: float) -> str:
    """Read the colour of one point of the window: "#rrggbb", from a PNG of one pixel."""
    png = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    data = b"".join(
        png[at + 4 : at + 4 + int.from_bytes(png[at - 4 : at])]
        for at in (found.start() for found in re.finditer(b"IDAT", png))
    )
    return "#" + zlib.decompress(data)[1:4].hex()


@pytest.fixture
def open_map(live_server: LiveServer, town: Served, open_page: OpenPage) -> Any:
    """Open the map and wait until its homes are coloured."""

    def visit(query: str = "", **options: Any) -> Visit:
        seen = open_page(f"{live_server.url}/c/helsinki/?{query}", **options)
        seen.page.wait_for_selector("#app[data-coloured]", timeout=30_000)
        return seen

    return visit


def data(page: Page, name: str) -> str:
    return page.get_attribute("#app", f"data-{name}") or ""


def wait_for(page: Page, name: str, value: str) -> None:
    page.wait_for_selector(f'#app[data-{name}="{value}"]', timeout=15_000)


def point_of(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is in the window: by the map's own bounds, that it shows in its address (#map=zoom/lat/lon)."""
    zoom, centre_lat, centre_lon = map(float, page.evaluate("location.hash.slice(5).split('/')"))
    box = page.locator("#map").bounding_box()
    assert box
    return page.evaluate(
        """([lon, lat, zoom, centreLat, centreLon, box]) => {
          const world = 512 * 2 ** zoom;
          const at = (lon, lat) => [(lon + 180) / 360 * world,
            (0.5 - Math.asinh(Math.tan(lat * Math.PI / 180)) / (2 * Math.PI)) * world];
          const [x, y] = at(lon, lat), [cx, cy] = at(centreLon, centreLat);
          return [box.x + box.width / 2 + x - cx, box.y + box.height / 2 + y - cy];
        }""",
        [lon, lat, zoom, centre_lat, centre_lon, box],
    )


def settled(page: Page) -> None:
    page.wait_for_selector("#map canvas")
    page.wait_for_timeout(600)


def facility(served: Served, kind: str, number: int = 0) -> tuple[str, float, float]:
    index = int(served.place.facilities.of_kind(served.kind_index[kind])[number])
    place = served.place.facilities
    return served.facility_ids[index], float(place.lon[index]), float(place.lat[index])


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_map_loads_whole_accessible_and_from_here_only(
    width: int, locale: str, open_map: Any, live_server: LiveServer, town: Served
) -> None:
    seen = open_map("kind=pharmacy", width=width, locale=locale)
    settled(seen.page)
    assert data(seen.page, "coloured") == str(len(town.place.homes))
    assert seen.errors == []
    assert {urlsplit(url).netloc for url in seen.requests if not url.startswith(("data:", "blob:"))} == {
        urlsplit(live_server.url).netloc
    }
    assert seen.axe() == []
    assert not seen.scrolls_sideways()


@pytest.mark.parametrize(("profile", "number"), [("adult", 1), ("senior_frail", 2)])
def test_map_paints_homes_in_the_colour_of_their_class(
    profile: str, number: int, live_server: LiveServer, town: Served, open_page: OpenPage
) -> None:
    inside = town.place.homes.outline.shapes()[3].representative_point()
    page = open_page(
        f"{live_server.url}/c/helsinki/?kind=pharmacy&profile={profile}#map=18/{inside.y}/{inside.x}"
    ).page
    page.wait_for_selector("#app[data-coloured]", timeout=30_000)
    settled(page)
    expected = page.evaluate(
        "(n) => getComputedStyle(document.documentElement).getPropertyValue(`--class-${n}`).trim()", number
    )
    assert pixel(page, *point_of(page, inside.x, inside.y)) == expected


def test_choosing_another_kind_profile_or_standard_changes_what_is_shown(open_map: Any) -> None:
    page = open_map("kind=pharmacy").page
    before = page.inner_text("#answer")
    page.select_option("#kind", "library")
    wait_for(page, "shown", "adult/library")
    assert page.inner_text("#answer") != before
    page.select_option("#profile", "senior_frail")
    wait_for(page, "shown", "senior_frail/library")
    page.select_option("#standard", "fifteen_minute_city")
    page.wait_for_function("() => document.querySelectorAll('#rules-list .rule').length > 0")
    query = parse_qs(urlsplit(page.url).query)
    assert (query["kind"], query["profile"], query["standard"]) == (
        ["library"],
        ["senior_frail"],
        ["fifteen_minute_city"],
    )
    assert "kind=library" in (page.get_attribute("nav.views a:nth-child(2)", "href") or "")


def test_address_restores_what_was_shown(open_map: Any) -> None:
    page = open_map("kind=library&profile=senior&home=3&add=library,24.945,60.170").page
    page.wait_for_selector("#app[data-planned]")
    page.wait_for_selector("#home:not([hidden])")
    assert data(page, "shown") == "senior/library"
    assert page.locator("#facilities-list .badge.changed").count() == 1


def test_touching_a_home_draws_its_walks_and_says_them(open_map: Any, town: Served) -> None:
    page = open_map("kind=pharmacy", locale="zh-CN").page
    settled(page)
    inside = town.place.homes.outline.shapes()[3].representative_point()
    page.mouse.click(*point_of(page, inside.x, inside.y))
    page.wait_for_selector("#home:not([hidden])")
    assert "从您家走到药店 6 分钟" in page.inner_text("#home")
    assert int(data(page, "walks")) > 20
    page.wait_for_function("location.search.includes('home=3')")
    page.click("#home .icon-button")
    page.wait_for_selector("#home", state="hidden")
    page.wait_for_function("!location.search.includes('home=')")


def test_hovering_over_a_home_says_its_minutes(open_map: Any, town: Served) -> None:
    page = open_map("kind=pharmacy", locale="en").page
    settled(page)
    inside = town.place.homes.outline.shapes()[3].representative_point()
    page.mouse.move(*point_of(page, inside.x, inside.y))
    page.wait_for_selector("#map-tip:not([hidden])")
    assert page.inner_text("#map-tip") == "Pharmacy: 6 minutes"


def test_dragging_a_pin_recolours_on_the_way_and_says_who_gains(open_map: Any, town: Served) -> None:
    seen = open_map("kind=post&profile=senior_frail")
    page = seen.page
    settled(page)
    name, lon, lat = facility(town, "post")
    x, y = point_of(page, lon, lat)
    before = int(data(page, "recoloured"))
    page.mouse.move(x, y - 14)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(x + 6 * step, y - 14 - 8 * step)
        page.wait_for_timeout(50)
    during = int(data(page, "recoloured")) - before
    page.mouse.up()
    page.wait_for_selector("#plan:not([hidden])")
    assert during >= 5
    page.wait_for_function("name => location.search.includes(`move=${name}`)", arg=name)
    summary = page.inner_text("#plan-summary")
    page.click("#plan-reset")
    page.wait_for_selector("#plan", state="hidden")
    page.wait_for_function("!location.search.includes('move=')")
    assert any(figure.isdigit() for figure in summary)
    assert seen.errors == []


def test_pin_can_be_added_moved_and_taken_away_by_keyboard(open_map: Any) -> None:
    page = open_map("kind=library", locale="en").page
    page.focus("#add-facility")
    page.keyboard.press("Enter")
    page.wait_for_selector("#moving:not([hidden])")
    assert page.evaluate("document.activeElement.dataset.act") == "done"
    first = page.wait_for_function("new URLSearchParams(location.search).get('add')").json_value()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    # The address follows the keys a moment later on a busy machine; the wait fails if it never does.
    page.wait_for_function(
        """([, lon, lat]) => {
          const at = new URLSearchParams(location.search).get("add").split(",").map(Number);
          return at[1] > lon && at[2] > lat;
        }""",
        arg=[0, *map(float, first.split(",")[1:3])],
    )
    page.keyboard.press("Enter")
    page.wait_for_selector("#moving", state="hidden")
    page.wait_for_selector("#plan:not([hidden])")
    page.locator("#facilities-list .facility").first.get_by_role("button", name="Remove New place").press(
        "Enter"
    )
    page.wait_for_selector("#plan", state="hidden")


def test_escape_puts_a_moved_pin_back(open_map: Any) -> None:
    page = open_map("kind=library", locale="en").page
    page.locator("#facilities-list .facility").first.get_by_role("button", name=re.compile("^Move")).press(
        "Enter"
    )
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('move=')")
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('move=')")
    page.wait_for_selector("#plan", state="hidden")


def test_closing_a_place_shows_who_loses_it(open_map: Any) -> None:
    page = open_map("kind=post", locale="en").page
    page.locator("#facilities-list .facility").first.get_by_role("button", name="Remove").click()
    page.wait_for_selector("#plan:not([hidden])")
    assert "−" in page.inner_text("#plan-summary .answer-number") or "±" in page.inner_text("#plan-summary")
    assert "removed" in page.inner_text("#facilities-list")


def test_lost_server_is_told_with_a_way_to_try_again(open_map: Any) -> None:
    page = open_map("kind=library", locale="zh-CN").page
    page.route("**/api/**", lambda route: route.abort())
    page.select_option("#kind", "pharmacy")
    page.wait_for_selector("#trouble:not([hidden])")
    assert "连不上服务器" in page.inner_text("#trouble")
    page.unroute("**/api/**")
    page.click("#retry")
    wait_for(page, "shown", "adult/pharmacy")
    assert page.is_hidden("#trouble")


def test_device_without_webgl_is_led_to_the_list(
    live_server: LiveServer, town: Served, open_page: OpenPage
) -> None:
    seen = open_page()
    seen.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    seen.page.goto(f"{live_server.url}/c/helsinki/?kind=library&profile=senior")
    seen.page.wait_for_selector("#no-webgl:not([hidden])")
    seen.page.click("#no-webgl a")
    assert urlsplit(seen.page.url).path == "/c/helsinki/list/"
    assert "kind=library&profile=senior" in seen.page.url


def test_text_can_be_doubled_and_targets_are_large(open_map: Any) -> None:
    for width in (360, 1440):
        page = open_map("kind=library&home=3&add=library,24.945,60.170", width=width).page
        page.wait_for_selector("#home:not([hidden])")
        small = page.evaluate(
            """[...document.querySelectorAll("a, button, select, input, summary")].filter((one) => {
              const box = one.getBoundingClientRect();
              return one.offsetParent && !one.closest("p > span") && (box.height < 44 || box.width < 44);
            }).map((one) => one.outerHTML.slice(0, 100))"""
        )
        assert small == []
        page.evaluate("document.documentElement.style.fontSize = '225%'")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        cut = page.evaluate(
            """[...document.querySelectorAll("p, h2, button, li")].filter((one) =>
              one.offsetParent && !one.closest("#map, .unseen") && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== "visible"
            ).map((one) => one.outerHTML.slice(0, 100))"""
        )
        assert cut == []


def test_focus_can_be_seen_and_the_first_stop_skips_to_the_content(open_map: Any) -> None:
    page = open_map("kind=library").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")


def test_still_reader_gets_no_flight(open_map: Any, town: Served) -> None:
    page = open_map("kind=post", reduced_motion="reduce").page
    settled(page)
    before = page.url.split("#")[1]
    page.locator("#facilities-list .facility-name").first.click()
    page.wait_for_function("(before) => location.hash.slice(1) !== before", arg=before, timeout=2000)


def test_tap_on_a_telephone_is_answered_on_the_map_itself(open_map: Any, town: Served) -> None:
    seen = open_map("kind=pharmacy", width=360, height=740, locale="zh-CN", has_touch=True, is_mobile=True)
    page = seen.page
    settled(page)
    inside = town.place.homes.outline.shapes()[3].representative_point()
    page.touchscreen.tap(*point_of(page, inside.x, inside.y))
    page.wait_for_selector("#map-sentence:not([hidden])")
    assert re.fullmatch(r"从您家走到药店 \d+ 分钟（.+）", page.inner_text("#map-sentence"))
    page.tap("#map-sentence")
    assert page.evaluate("document.activeElement.id") == "home-title"
    assert seen.axe() == []


@pytest.mark.parametrize("width", [360, 1440])
def test_plan_under_way_is_accessible(width: int, open_map: Any) -> None:
    seen = open_map("kind=library", width=width, locale="en")
    seen.page.click("#add-facility")
    seen.page.wait_for_selector("#plan:not([hidden])")
    assert seen.page.is_visible("#moving")
    assert seen.axe() == []
    assert not seen.scrolls_sideways()
