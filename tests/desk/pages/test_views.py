from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from linli.desk.pages.choices import SHOWN

if TYPE_CHECKING:
    from pytest_django.asserts import DjangoAssertNumQueries

    from linli.desk.places.serving import Served
    from tests.desk.conftest import Built, Serve

pytestmark = pytest.mark.django_db

PAGES = ("/c/{}/", *(f"/c/{{}}/list/?show={part}" for part in SHOWN))


def reader(language: str) -> Client:
    return Client(headers={"accept-language": language})


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_start_without_a_place_says_how_to_read_one_in() -> None:
    page = reader("en").get("/")
    assert page.status_code == 200
    assert "linli up --place FILE" in page.content.decode()


def test_start_with_one_place_goes_there(village: Served) -> None:
    page = reader("en").get("/")
    assert (page.status_code, page.headers["Location"]) == (302, "/c/village/")


def test_start_with_two_places_lets_the_reader_choose(
    village: Served, serve: Serve, built_village: Built
) -> None:
    serve(built_village, slug="other", name_zh="<b>另一个</b>")
    page = reader("zh-CN").get("/").content.decode()
    assert re.findall(r'href="(/c/\w+/)"', page) == ["/c/other/", "/c/village/"]
    assert "&lt;b&gt;另一个&lt;/b&gt;" in page
    assert "<b>另一个" not in page


@pytest.mark.parametrize("address", ["/c/nowhere/", "/c/nowhere/list/", "/nowhere/"])
def test_unknown_address_is_404_in_words(address: str, village: Served) -> None:
    page = reader("zh-CN").get(address)
    assert page.status_code == 404
    assert "这个地址没有内容" in page.content.decode()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("language", "tag", "name"), [("zh-CN", "zh-hans", "桥头村"), ("en", "en", "Bridge End")]
)
def test_page_speaks_the_readers_language(
    address: str, language: str, tag: str, name: str, village: Served
) -> None:
    page = reader(language).get(address.format("village"))
    assert page.status_code == 200
    assert f'<html lang="{tag}">' in page.content.decode()
    assert name in page.content.decode()
    assert "style=" not in page.content.decode()


def test_language_is_kept_once_chosen(village: Served) -> None:
    client = reader("zh-CN")
    chosen = client.post("/i18n/setlang/", {"language": "en", "next": "/c/village/list/?kind=canteen"})
    assert chosen.headers["Location"] == "/c/village/list/?kind=canteen"
    assert '<html lang="en">' in client.get("/c/village/list/").content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_page_takes_as_many_queries_for_three_communities_as_for_one(
    address: str,
    village: Served,
    serve: Serve,
    built_village: Built,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = reader("en")
    with django_assert_num_queries(2):
        client.get(address.format("village"))
    for slug in ("second", "third"):
        serve(built_village, slug=slug)
    with django_assert_num_queries(2):
        client.get(address.format("village"))


def test_map_page_carries_its_words_and_where_to_ask(village: Served) -> None:
    page = reader("en").get("/c/village/").content.decode()
    assert 'data-api="/api/c/village/"' in page
    assert "&quot;home_number&quot;: &quot;Home no. {n}&quot;" in page
    assert 'name="csrfmiddlewaretoken"' in page


def test_choice_that_does_not_exist_falls_back(village: Served) -> None:
    page = reader("en").get(
        "/c/village/list/?kind=%27&profile=<x>&standard=no&home=999999999999&show=no&page=x"
    )
    assert page.status_code == 200
    assert page.context["kind"]["key"] in village.kind_index
    assert page.context["profile"]["key"] == "adult"
    assert page.context["standard"]["key"] == "gb50180_2018"
    assert (page.context["choices_home"], page.context["show"]) == (None, "overview")


def test_first_kind_shown_is_one_of_which_something_is_known(village: Served) -> None:
    kind = reader("en").get("/c/village/list/").context["kind"]
    assert kind["surveyed"]
    assert kind["facility_count"] > 0


def overview(client: Client, query: str) -> str:
    return text_of(client.get(f"/c/village/list/?{query}").content.decode())


def test_list_says_how_many_residents_get_there_in_time(village: Served) -> None:
    page = overview(reader("zh-CN"), "kind=convenience&profile=adult")
    # West (30) and middle (20) of the 96 people not on the island are within 15 minutes of the shop.
    assert "52% 的居民 15 分钟内能走到便利店（成年人）：96 人中的 50 人。 另有 4 位居民说不清。" in page


def test_list_says_what_a_slower_walker_loses(village: Served) -> None:
    page = overview(reader("en"), "kind=convenience&profile=senior_frail")
    assert (
        "21% of residents get to “Convenience store” within 15 minutes (Frail older person): 20 of 96."
        in page
    )


def test_list_says_where_wheelchair_data_are_missing(village: Served) -> None:
    page = overview(reader("zh-CN"), "kind=pharmacy&profile=wheelchair_manual")
    assert "缺轮椅数据" in page
    assert "缺轮椅数据" not in overview(reader("zh-CN"), "kind=convenience&profile=adult")


def test_list_shows_one_home_in_a_sentence(village: Served) -> None:
    page = overview(reader("zh-CN"), "kind=primary&home=0")
    assert "从您家走到小学 7 分钟（桥头小学）" in page
    assert "西院" in page
    assert "从您家走 30 分钟还到不了药店" in overview(reader("zh-CN"), "kind=pharmacy&home=0")


def test_list_finds_homes_by_name_and_by_number(village: Served) -> None:
    client = reader("zh-CN")
    for text in ("东院", "3"):
        found = client.get("/c/village/list/", {"show": "home", "find": text}).context["found"]
        assert [home["name"] for home in found] == ["东院"], text
    assert "找到 0 处住房。" in overview(client, "show=home&find=无此地")


def test_list_shows_rules_with_what_backs_them(village: Served) -> None:
    page = overview(reader("zh-CN"), "show=rules&standard=gb50180_2018")
    assert "参考值，未核对原文" in page
    rule = page[page.index("小学") :]
    assert "步行 500 米以内" in rule


def test_list_shows_whom_a_rule_leaves_out_page_by_page(village: Served) -> None:
    client = reader("en")
    shown = client.get("/c/village/list/?show=rules&standard=gb50180_2018&rule=primary&page=7").context[
        "left_out"
    ]
    assert (shown["page"], shown["pages"], shown["previous"], shown["next"]) == (1, 1, None, None)
    assert [home["name"] for home in shown["homes"]][:1] == ["东院"]
    assert client.get("/c/village/list/?show=rules&rule=none").context["left_out"] is None


def test_notes_say_what_was_assumed(village: Served) -> None:
    page = overview(reader("zh-CN"), "show=notes")
    assert "未核对原文" in page
    assert "[mem]" not in page


def test_text_from_the_address_is_not_taken_for_markup(village: Served) -> None:
    page = (
        reader("en")
        .get("/c/village/list/", {"show": "home", "find": "<script>alert(1)</script>"})
        .content.decode()
    )
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
