from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from linli.desk.api import schemas
from linli.desk.places.walks import FAR, NO_TAGS, UNKNOWN, residents_of, seconds_of
from tests.engine.circle.conftest import EAST, MIDDLE, TERRACE, WEST

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from linli.desk.places.serving import Served

VILLAGE, TOWN = "/api/c/village/", "/api/c/helsinki/"


def get(client: Client, url: str, **headers: str) -> Any:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content
    return response


def test_place_says_what_the_place_is(client: Client, village: Served) -> None:
    place = get(client, VILLAGE + "place.json").json()
    assert schemas.PlaceOut.model_validate(place)
    assert (place["name"], place["names"]) == ("桥头村", {"zh": "桥头村", "en": "Bridge End"})
    assert (place["home_count"], place["residents"], place["cutoff_s"]) == (5, 100.0, 1800)
    assert place["homes"] == {"measured": 4, "island": 1, "no_street": 0}
    assert place["islands"]["homes"] == 1
    assert place["attribution"] == "© OpenStreetMap contributors, ODbL 1.0"
    assert [profile["key"] for profile in place["profiles"]] == list(village.profiles)
    west, south, east, north = place["lived_in"]
    homes = village.place.homes
    assert homes.lon.min() < west < np.median(homes.lon) <= east <= homes.lon.max()
    assert homes.lat.min() <= south <= north <= homes.lat.max()
    kinds = {kind["key"]: kind for kind in place["kinds"]}
    assert (kinds["convenience"]["facility_count"], kinds["convenience"]["surveyed"]) == (1, True)
    assert set(place["groups"]) >= {kind["group"] for kind in place["kinds"]}
    assert all(rule["evidence"] for standard in place["standards"] for rule in standard["rules"])
    assert {assumption["key"] for assumption in place["assumptions"]} >= {"visits_per_week"}


def test_minutes_are_one_little_endian_number_per_home(client: Client, village: Served) -> None:
    body = get(client, VILLAGE + "minutes/adult/convenience.bin").content
    np.testing.assert_array_equal(
        np.frombuffer(body, "<u2"), seconds_of(village, profile="adult", kind="convenience")
    )


def test_metres_tell_length_and_codes(client: Client, village: Served) -> None:
    metres = np.frombuffer(get(client, VILLAGE + "metres/convenience.bin").content, "<u2").tolist()
    assert metres[WEST] == pytest.approx(0.0097 * 111_195, abs=2)
    assert metres[-1] == UNKNOWN


def test_residents_are_floats(client: Client, village: Served) -> None:
    body = get(client, VILLAGE + "residents.bin").content
    np.testing.assert_array_equal(np.frombuffer(body, "<f4"), residents_of(village))


def test_facilities_carry_the_id_a_plan_names(client: Client, village: Served) -> None:
    found = get(client, VILLAGE + "facilities.geojson?kind=convenience")
    assert found.headers["Content-Type"] == "application/geo+json"
    (feature,) = found.json()["features"]
    assert feature["geometry"]["coordinates"] == [0.0105, 0.0001]
    assert feature["properties"]["id"] == "n202"
    assert feature["properties"]["name"] == "街口便利店"
    assert feature["properties"]["kinds"] == ["convenience"]
    assert feature["properties"]["source"] == "osm"
    assert feature["properties"]["hours"] == "Mo-Su 07:00-22:00"


def test_home_tells_every_walk_or_why_there_is_none(client: Client, village: Served) -> None:
    home = get(client, f"{VILLAGE}homes/{TERRACE}.json?profile=wheelchair_manual").json()
    assert (home["index"], home["name"], home["residents"]) == (TERRACE, "高台", 6.0)
    assert home["residents_by_group"] == {"65+": 6.0, "0-6": 0.0, "disabled": None}
    assert (home["status"], home["basis"]) == ("measured", "register")
    assert set(home["kinds"]) == set(village.kind_index)
    shop = home["kinds"]["convenience"]
    assert (shop["seconds"], shop["facility"], shop["name"]) == (FAR, None, None)
    assert shop["metres"] < NO_TAGS
    adult = get(client, f"{VILLAGE}homes/{TERRACE}.json?profile=adult").json()["kinds"]["convenience"]
    assert (adult["facility"], adult["name"]) == ("n202", "街口便利店")


def test_walks_lead_from_the_home_to_the_facility(client: Client, village: Served) -> None:
    walks = get(client, f"{VILLAGE}homes/{MIDDLE}/walks.geojson?profile=adult").json()["features"]
    walk = next(one for one in walks if one["properties"]["kind"] == "convenience")
    line = walk["geometry"]["coordinates"]
    assert (line[0], line[-1]) == ([0.0145, 0.0001], [0.0105, 0.0])  # where one leaves the street
    assert walk["properties"]["length_m"] == pytest.approx(0.0042 * 111_195, abs=0.5)
    seconds = seconds_of(village, profile="adult", kind="convenience")[MIDDLE]
    assert seconds - 1 <= walk["properties"]["walk_s"] <= seconds + 0.1


def test_walks_of_a_home_on_an_island_are_none(client: Client, village: Served) -> None:
    del village
    assert get(client, f"{VILLAGE}homes/4/walks.geojson?profile=adult").json()["features"] == []


def test_rules_add_up_and_name_their_evidence(client: Client, town: Served) -> None:
    found = get(client, TOWN + "rules.json?standard=gb50180_2018&profile=senior").json()
    assert schemas.RulesOut.model_validate(found)
    judged = [rule for rule in found["rules"] if rule["share"] is not None]
    assert judged
    for rule in judged:
        assert rule["covered"] + rule["left_out"] + rule["unknown"] == pytest.approx(rule["total"], abs=0.3)
        assert rule["share"] == pytest.approx(rule["covered"] / rule["total"], abs=1e-3)
        assert rule["no_verdict"] is None
    for rule in found["rules"]:
        if rule["no_verdict"]:
            assert rule["why_not"]["zh"]
            assert rule["share"] is None
    assert town.standards["gb50180_2018"].rules[0].key == found["rules"][0]["key"]


def test_left_out_homes_come_worst_first_page_by_page(client: Client, town: Served) -> None:
    rules = get(client, TOWN + "rules.json?standard=gb50180_2018&profile=adult").json()["rules"]
    rule = max(rules, key=lambda one: one["homes_left_out"])
    assert rule["homes_left_out"] > 50
    base = f"{TOWN}left-out.json?standard=gb50180_2018&profile=adult&rule={rule['key']}"
    first = get(client, base).json()
    assert schemas.LeftOutPage.model_validate(first)
    assert (first["page"], first["count"], len(first["homes"])) == (1, rule["homes_left_out"], 50)
    pages = [get(client, f"{base}&page={page}").json()["homes"] for page in range(1, first["pages"] + 1)]
    homes = [home for page in pages for home in page]
    assert len({home["index"] for home in homes}) == rule["homes_left_out"]
    over = [home["over"] if home["over"] is not None else np.inf for home in homes]
    assert over == sorted(over, reverse=True)
    assert client.get(f"{base}&page={first['pages'] + 1}").status_code == 404
    assert town.measurement is not None


@pytest.mark.parametrize(
    "path",
    ["place.json", "minutes/adult/convenience.bin", "facilities.geojson?kind=convenience", "residents.bin"],
)
def test_answers_are_kept_until_the_place_changes(client: Client, village: Served, path: str) -> None:
    first = get(client, VILLAGE + path)
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get(VILLAGE + path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    village.row.fingerprint = "another import"
    village.__dict__.pop("version")
    assert client.get(VILLAGE + path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_large_answers_are_compressed_for_whoever_takes_it(client: Client, town: Served) -> None:
    del town
    plain = get(client, TOWN + "place.json", **{"Accept-Encoding": "identity"})
    packed = get(client, TOWN + "place.json", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.content) == plain.content


def body_of(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content)


def test_tiles_are_given_whole_and_in_parts(client: Client, village: Served) -> None:
    url, whole = VILLAGE + "tiles.pmtiles", village.row.tiles_file.read_bytes()
    response = get(client, url)
    assert body_of(response) == whole
    assert response.headers["Accept-Ranges"] == "bytes"
    part = client.get(url, headers={"Range": "bytes=0-126"})
    assert (part.status_code, body_of(part)) == (206, whole[:127])
    assert part.headers["Content-Range"] == f"bytes 0-126/{len(whole)}"
    assert part.headers["Content-Length"] == "127"
    assert body_of(client.get(url, headers={"Range": "bytes=-8"})) == whole[-8:]


def test_tiles_changed_since_are_given_whole(client: Client, village: Served) -> None:
    url = VILLAGE + "tiles.pmtiles"
    etag = get(client, url).headers["ETag"]
    assert not etag.startswith("W/")
    same = client.get(url, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)
    body_of(same)
    assert len(body_of(other)) == village.row.tiles_file.stat().st_size
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304


def test_tiles_beyond_the_file_are_refused_with_its_size(client: Client, village: Served) -> None:
    size = village.row.tiles_file.stat().st_size
    response = client.get(VILLAGE + "tiles.pmtiles", headers={"Range": f"bytes={size}-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{size}"
    assert response.json()["status"] == 416


def plan(**change: object) -> dict[str, object]:
    return {"profile": "adult", "kind": "convenience", **change}


def test_what_if_answers_every_home_and_who_gains(client: Client, village: Served) -> None:
    change = plan(
        moved=[{"facility": "n202", "lon": 0.001, "lat": 0.0001}], added=[{"lon": 0.0255, "lat": 0.0001}]
    )
    response = client.post(VILLAGE + "what-if", change, content_type="application/json")
    assert response.status_code == 200
    seconds = np.frombuffer(response.content, "<u2")
    assert len(seconds) == 5
    assert max(seconds[WEST], seconds[EAST]) < 60
    summary = json.loads(response.headers["Linli-Summary"])
    assert summary["residents_15_before"] >= 0
    assert summary["homes_gained"] >= 1
    assert set(summary) == {
        "residents_15_before", "residents_15_after", "mean_min_before", "mean_min_after",
        "homes_gained", "homes_lost", "residents_gained", "residents_lost", "pins_off_street",
    }  # fmt: skip
    assert "total;dur=" in response.headers["Server-Timing"]
    assert response.headers["Cache-Control"] == "no-store"
    # Nothing is changed by asking.
    np.testing.assert_array_equal(
        np.frombuffer(get(client, VILLAGE + "minutes/adult/convenience.bin").content, "<u2"),
        seconds_of(village, profile="adult", kind="convenience"),
    )


def test_what_if_closes_places(client: Client, village: Served) -> None:
    del village
    response = client.post(VILLAGE + "what-if", plan(removed=["n202"]), content_type="application/json")
    assert np.frombuffer(response.content, "<u2").tolist() == [FAR, FAR, FAR, FAR, UNKNOWN]
