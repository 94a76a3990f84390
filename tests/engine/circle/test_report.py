from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from linli.engine.circle.measure import Measurement, measure_place
from linli.engine.circle.report import write_report
from linli.engine.circle.report.facts import walkers_of
from linli.engine.circle.standards import load_standards
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.place import Place, build_place
from linli.engine.streets.profiles import load_profiles
from linli.engine.streets.strings import Strings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser import OpenPage, Visit

PAGE = Path(__file__).parents[3] / "src" / "linli" / "engine" / "circle" / "report" / "page"
MADE_AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
PROFILES = ("adult", "senior", "senior_frail", "wheelchair_manual")


def measured(place: Place, *standards: str) -> Measurement:
    return measure_place(
        place,
        standards=load_standards(standards or ("gb50180_2018", "fifteen_minute_city"), kinds=load_kinds()),
        profiles=[load_profiles()[key] for key in PROFILES],
    )


@pytest.fixture(scope="module")
def city(helsinki: Path) -> Measurement:
    return measured(build_place(helsinki, name="Helsinki"))


@pytest.fixture(scope="module")
def report(city: Measurement, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(city, path, command="linli measure helsinki.osm.pbf", made_at=MADE_AT)
    return path


def opened(open_page: OpenPage, path: Path, *, fragment: str = "", **options: object) -> Visit:
    """Open the page from disk, the network switched off, and wait until it is drawn."""
    visit = open_page(path.as_uri() + fragment, offline=True, reduced_motion="reduce", **options)
    visit.page.wait_for_selector("html[data-ready]")
    return visit


def facts(path: Path) -> dict[str, object]:
    found = re.search(r'id="block-facts">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return json.loads(found[1])


def pixels(page: Page, canvas: str = "#map-0 .leaflet-overlay-pane canvas") -> str:
    """What a canvas shows, to compare."""
    return page.eval_on_selector(canvas, "canvas => canvas.toDataURL()")


def shown_kind(page: Page) -> str:
    return page.eval_on_selector("#kind", "select => select.selectedOptions[0].textContent")


def choose_kind(page: Page, city: Measurement, key: str) -> int:
    number = [kind.key for kind in city.kinds].index(key)
    page.select_option("#kind", str(number))
    page.wait_for_timeout(100)
    return number


# --- what is written ------------------------------------------------------------------------------------------------


def test_report_is_one_file_that_names_no_other(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert (
        re.findall(r"<(?:link|img|iframe|object|embed)\b|<script[^>]+\bsrc=|@import|url\((?!#default)", text)
        == []
    )
    assert "default-src &#x27;none&#x27;" in text
    assert len(text) < 1_000_000


def test_report_says_how_it_was_made(report: Path) -> None:
    told = facts(report)
    assert (told["command"], told["made_on"]) == ("linli measure helsinki.osm.pbf", "2026-03-01 08:30 UTC")
    assert told["map_file"] == "helsinki.osm.pbf"


def test_rules_carry_the_verdicts_of_the_measurement(city: Measurement, report: Path) -> None:
    results = facts(report)["results"]
    assert len(results) == len(city.results)
    for told, result in zip(results, city.results, strict=True):
        assert told["key"] == result.rule.key
        assert told["left_homes"] == len(result.left_out)
        assert told["share"] == result.share
        assert told["evidence"] == result.rule.verdict_evidence


def test_headline_counts_kinds_reached_from_the_walks(city: Measurement, report: Path) -> None:
    headline = facts(report)["headline"]
    residents = city.place.homes.residents
    within = [float((residents @ (city.walk_s[key] <= 900)).sum() / residents.sum()) for key in PROFILES[:3]]
    assert headline["reached"] == pytest.approx(within)
    assert within[0] > within[1] > within[2]
    assert headline["residents"] == pytest.approx(residents.sum())


def test_failed_report_leaves_the_old_one_and_nothing_else(city: Measurement, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("before")
    with pytest.raises(AttributeError):
        write_report(city, path, made_at="yesterday")  # type: ignore[arg-type]
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.html", "before")]


def test_walkers_are_adult_senior_and_frail_else_the_first_three() -> None:
    known = load_profiles()
    assert walkers_of([known[key] for key in ("senior_frail", "wheelchair_manual", "adult")]) == [2, 0]
    assert walkers_of([known[key] for key in ("child", "wheelchair_power")]) == [1, 0]


def test_every_text_is_there_in_both_languages_with_the_same_gaps() -> None:
    words = (PAGE / "text.js").read_text(encoding="utf-8").partition("let language")[0]
    pairs = re.findall(r'(\w+): \[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",?\s*\]', words)
    texts = {key: (zh, en) for key, zh, en in pairs}
    assert len(texts) == len(re.findall(r"\w+: \[", words))
    for key, (zh, en) in texts.items():
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en)), key
        assert not re.search(r"[一-鿿][,:;()]|[,:;()][一-鿿]", zh), key
    code = "".join(path.read_text(encoding="utf-8") for path in PAGE.iterdir() if path.name != "text.js")
    used = set(re.findall(r'\bt\("(\w+)"|data-t(?:-label)?="(\w+)"', code))
    assert {key for pair in used for key in pair if key} <= set(texts)


# --- what a reader sees ---------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("width", [360, 1440])
def test_page_opens_from_disk_without_network_and_axe_finds_nothing(
    open_page: OpenPage, report: Path, width: int, locale: str
) -> None:
    visit = opened(open_page, report, width=width, locale=locale)
    assert visit.page.get_attribute("html", "lang") == ("zh-CN" if locale == "zh-CN" else "en")
    assert visit.requests == [report.as_uri()]
    assert not visit.scrolls_sideways()
    assert visit.axe() == []
    assert visit.errors == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
def test_page_with_text_doubled_does_not_scroll_sideways(
    open_page: OpenPage, report: Path, width: int
) -> None:
    visit = opened(open_page, report, width=width, locale="en-GB")
    visit.page.evaluate("document.documentElement.style.fontSize = '212.5%'")
    visit.page.wait_for_timeout(400)
    assert not visit.scrolls_sideways()


@pytest.mark.browser
def test_language_switch_turns_every_word(open_page: OpenPage, report: Path) -> None:
    page = opened(open_page, report, locale="zh-CN").page
    assert page.inner_text("h1") == "Helsinki：步行能到什么"
    page.click("#language")
    assert page.inner_text("h1") == "Helsinki: what is within a walk"
    page.wait_for_timeout(300)
    # Names of sources stay as they are written.
    page.eval_on_selector_all("#rules-tables small", "notes => notes.forEach(note => note.remove())")
    assert re.findall("[一-鿿]+", page.inner_text("main")) == []
    assert page.inner_text("#language") == "中文"


@pytest.mark.browser
def test_address_of_the_page_may_carry_a_choice(open_page: OpenPage, report: Path) -> None:
    page = opened(open_page, report, fragment="#lang=en&kind=library&profile=senior").page
    assert page.inner_text("#map-summary").startswith("Library or reading room: ")
    assert "(Older person)" in page.inner_text("#map-summary")


@pytest.mark.browser
def test_report_made_in_a_language_opens_in_it(
    open_page: OpenPage, city: Measurement, tmp_path: Path
) -> None:
    write_report(city, tmp_path / "report.html", language="zh", made_at=MADE_AT)
    page = opened(open_page, tmp_path / "report.html", locale="en-GB").page
    assert page.get_attribute("html", "lang") == "zh-CN"


@pytest.mark.browser
def test_switching_the_kind_recolours_the_map_and_tells_its_share(
    open_page: OpenPage, city: Measurement, report: Path
) -> None:
    page = opened(open_page, report, locale="en-GB").page
    seen = set()
    residents = city.place.homes.residents
    for key in ("library", "pharmacy", "bank"):
        number = choose_kind(page, city, key)
        seen.add(pixels(page))
        share = residents @ (city.walk_s["adult"][:, number] <= 900) / residents.sum()
        told = re.search(r"([\d.]+)% of residents are within 15 minutes", page.inner_text("#map-summary"))
        assert told
        assert float(told[1]) == pytest.approx(share * 100, abs=0.5)
    assert len(seen) == 3


@pytest.mark.browser
def test_legend_counts_residents_as_measured(open_page: OpenPage, city: Measurement, report: Path) -> None:
    page = opened(open_page, report, locale="en-GB").page
    number = choose_kind(page, city, "library")
    walk_min, residents = city.walk_s["adult"][:, number] / 60, city.place.homes.residents
    for label, low, high in (("up to 5 min", -1, 5), ("5–10 min", 5, 10), ("10–15 min", 10, 15)):
        line = page.locator("#legend li", has_text=label).first.inner_text()
        count = float(re.search(r"([\d,]+) p", line)[1].replace(",", ""))
        assert count == pytest.approx(residents[(walk_min > low) & (walk_min <= high)].sum(), abs=3)


@pytest.mark.browser
def test_comparing_profiles_shows_two_maps_or_the_difference(open_page: OpenPage, report: Path) -> None:
    page = opened(open_page, report, locale="en-GB").page
    assert not page.is_visible("#map-1")
    page.select_option("#view", "side")
    page.wait_for_timeout(200)
    assert [page.inner_text(f"#map-label-{n}") for n in (0, 1)] == ["Adult", "Older person"]
    assert pixels(page) != pixels(page, "#map-1 .leaflet-overlay-pane canvas")
    page.select_option("#view", "difference")
    page.wait_for_timeout(200)
    assert not page.is_visible("#map-1")
    assert "Minutes more for “Older person”" in page.inner_text("#legend-title")


@pytest.mark.browser
def test_home_is_chosen_by_keyboard_and_by_tap(open_page: OpenPage, city: Measurement, report: Path) -> None:
    visit = opened(open_page, report, locale="en-GB")
    page = visit.page
    page.focus("#map-0")
    page.keyboard.press("+")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    page.wait_for_selector("#home .walks")
    name = page.inner_text("#home .home-name")
    names = {
        address or name or f"Home {ref}"
        for address, name, ref in zip(
            city.place.homes.address, city.place.homes.name, city.place.homes.ref, strict=True
        )
    }
    assert name in names
    surveyed = int(np.asarray(city.place.facilities.surveyed).sum())
    assert page.locator("#home .walks li").count() == surveyed
    page.click("#map-0 .map-buttons button:nth-child(3)")
    page.eval_on_selector("#map-0", "map => map.scrollIntoView()")
    page.wait_for_timeout(200)
    box = page.locator("#map-0").bounding_box()
    for step in range(200):  # the pointer wanders until something other than the chosen home answers
        page.mouse.move(box["x"] + box["width"] * (0.3 + step * 0.002), box["y"] + box["height"] * 0.75)
        told = page.locator(".leaflet-tooltip strong")
        if told.count() and told.inner_text() != name:
            break
    hovered = told.inner_text()
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function(
        "name => document.querySelector('#home .home-name').textContent === name", arg=hovered
    )
    assert hovered in names - {name}
    assert visit.errors == []


@pytest.mark.browser
def test_rules_say_their_evidence_and_lead_to_who_is_left_out(
    open_page: OpenPage, city: Measurement, report: Path
) -> None:
    page = opened(open_page, report, locale="en-GB").page
    assert page.locator(".evidence.unverified").first.inner_text() == (
        "reference value, not checked against the official text"
    )
    result = max(
        city.results_of("gb50180_2018"), key=lambda one: 0 < len(one.left_out) < 100 and len(one.left_out)
    )
    button = page.get_by_label(f"Show who is left out: {result.rule.en} ≤ {result.at_most:g} m", exact=True)
    button.click()
    page.wait_for_timeout(200)
    while page.is_visible("#left-more"):
        page.click("#left-more")
    rows = page.locator("#left-table tbody tr")
    assert rows.count() == len(result.left_out)
    worst = city.place.homes.residents[result.left_out]
    told = page.locator("#left-table tbody td:nth-child(2)").all_inner_texts()
    assert sum(float(text.replace(",", "")) for text in told) == pytest.approx(
        worst.sum(), abs=0.6 * len(told)
    )
    page.locator("#left-table tbody button").first.click()
    page.wait_for_timeout(300)
    assert page.inner_text("#home .home-name") == rows.first.locator("th").inner_text()
    assert page.is_checked("input[value=rule]")


@pytest.mark.browser
def test_table_sorts_by_keyboard_and_keeps_the_focus(open_page: OpenPage, report: Path) -> None:
    page = opened(open_page, report, locale="en-GB").page
    page.focus("#rules-tables [data-sort=left]")
    page.keyboard.press("Enter")
    table = page.locator("#rules-tables table").first
    counts = [text for text in table.locator("tbody td:nth-child(5)").all_inner_texts() if text != "–"]
    numbers = [float(text.replace(",", "")) for text in counts]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) > 1
    assert page.evaluate("document.activeElement.dataset.sort") == "left"
    assert table.locator("th[aria-sort=descending]").inner_text().startswith("Left out")


@pytest.mark.browser
def test_page_prints_with_its_map(open_page: OpenPage, report: Path, tmp_path: Path) -> None:
    page = opened(open_page, report).page
    printed = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 30
    page.emulate_media(media="print")
    assert page.is_visible("#print-map")
    assert not page.is_visible("#controls")
    colours = page.eval_on_selector(
        "#print-map",
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size",
    )
    assert colours > 50


@pytest.mark.browser
def test_hostile_names_are_shown_as_they_are_and_run_nothing(
    open_page: OpenPage, village_place: Place, tmp_path: Path
) -> None:
    hostile = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=2>&amp;"
    homes, shops = village_place.homes, village_place.facilities
    place = replace(
        village_place,
        homes=replace(homes, address=Strings.of([hostile] * len(homes))),
        facilities=replace(shops, name=Strings.of([hostile] * len(shops))),
        meta={**village_place.meta, "name": hostile},
    )
    path = tmp_path / "report.html"
    write_report(measured(place), path, command=hostile, made_at=MADE_AT)
    visit = opened(open_page, path)
    page = visit.page
    page.focus("#map-0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#home .walks")
    assert page.inner_text("#home .home-name") == hostile
    assert hostile in page.inner_text("h1")
    assert hostile in page.inner_text("#about code")
    assert page.evaluate("window.hacked") is None
    assert page.locator("main img").count() == 0
    assert visit.errors == []


@pytest.mark.browser
def test_groups_are_told_where_the_register_counts_them(
    open_page: OpenPage, village_place: Place, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    write_report(measured(village_place), path, made_at=MADE_AT)
    page = opened(open_page, path, locale="en-GB").page
    heads = page.locator("#rules-tables thead").first.inner_text()
    assert "65 and over" in heads
    assert "Disabled" not in heads


@pytest.mark.browser
def test_damaged_page_says_so(open_page: OpenPage, report: Path, tmp_path: Path) -> None:
    text = report.read_text(encoding="utf-8")
    path = tmp_path / "report.html"
    path.write_text(re.sub(r'(id="block-homes-points">)[^<]{400}', r"\1", text), encoding="utf-8")
    page = open_page(path.as_uri(), locale="en-GB").page
    page.wait_for_selector("#trouble", state="visible")
    assert "damaged" in page.inner_text("#trouble")
