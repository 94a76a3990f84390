from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from linli.desk.people.models import Post, Role
from linli.desk.places.grids import replace_grids
from tests.desk.pages.grids.conftest import halves
from tests.desk.people.conftest import Office, give_post
from tests.desk.places.test_grids import feature, features

pytestmark = pytest.mark.django_db
PATH = "/c/willow/grids/"


def page(path: str = PATH, language: str = "en") -> str:
    return Client(headers={"accept-language": language}).get(path).content.decode()


def card(html: str, number: int) -> str:
    found = re.search(rf'<li class="card" id="grid-{number}".*?</li>', html, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_everybody_sees_who_works_each_grid_and_the_number_to_call(office: Office) -> None:
    with scope(community=office.community):
        give_post(
            office.accounts["volunteer"],
            office.community,
            Role.GRID_WORKER,
            office.grids[0],
            deputy=True,
            public_phone="0571-9",
        )
        Post.objects.filter(account=office.accounts["grid_worker"]).update(public_phone="0571-3")
    html = page()
    assert card(html, 1) == (
        "West Grid worker grid_worker of willow 0571-3 Stands in volunteer of willow 0571-9"
        " Supervision telephone 0571-1"
    )
    assert card(html, 2) == "East Grid worker other of willow 0571-2"
    assert card(page(language="zh-CN"), 2) == "东网格 网格员 other of willow 0571-2"


def test_grid_without_a_worker_says_who_sees_to_it(office: Office) -> None:
    with scope(community=office.community):
        Post.objects.filter(account=office.accounts["other"]).delete()
    assert "Nobody just now: the office sees to it. 0571-2" in card(page(), 2)


def test_home_is_found_by_words_with_its_grid_and_worker(office: Office) -> None:
    html = page(PATH + "?find=东院")
    assert "1 home found" in html
    found = re.search(r'<ul class="found">.*?</ul>', html, re.DOTALL)
    assert found is not None
    assert " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) == "东院 East other of willow 0571-2"
    assert "Try a shorter part" in page(PATH + "?find=nowhere")


def test_outlines_are_open_data_and_name_nobody(office: Office) -> None:
    answer = Client(headers={"accept-language": "en"}).get(PATH + "grids.geojson")
    assert answer["Content-Type"] == "application/geo+json"
    west, east = json.loads(answer.content)["features"]
    assert west["properties"] | {"label": None} == {
        "number": 1, "code": "", "name_zh": "西网格", "name_en": "West", "phone": "0571-1", "name": "West", "label": None,
    }  # fmt: skip
    assert west["geometry"]["type"] == east["geometry"]["type"] == "Polygon"
    assert "worker" not in answer.content.decode()


def test_page_asks_as_often_for_three_grids_as_for_one(office: Office, built_village) -> None:
    def count() -> int:
        page()
        with CaptureQueriesContext(connection) as queries:
            page()
        return len(queries)

    def draw(*areas) -> None:
        given = features(*(feature(area, number=number) for number, area in enumerate(areas, start=1)))
        replace_grids(community=office.community, geojson=given, datum="wgs84", by="system")

    draw(built_village.place.boundary)
    one = count()
    west, east = halves(built_village.place)
    middle = halves(built_village.place, at=0.03)[0]
    draw(west, east.intersection(middle), east.difference(middle))
    assert count() == one


def test_residents_menu_leads_here(office: Office) -> None:
    assert '<a href="/c/willow/grids/">My grid worker</a>' in page("/c/willow/report/")
