from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from linli.engine.errors import InputError
from linli.engine.streets.datum import wgs84_to_gcj02
from linli.engine.streets.homes import Homes
from linli.engine.streets.place import Inputs, Place, build, build_place
from linli.engine.streets.population import Basis
from linli.engine.streets.store import save_arrays


def counts(place):
    """How many facilities of each kind."""
    keys = [kind.key for kind in place.kinds]
    return {keys[kind]: count for kind, count in sorted(Counter(place.facilities.kind.tolist()).items())}


def surveyed(place):
    return {kind.key for kind, seen in zip(place.kinds, place.facilities.surveyed, strict=True) if seen}


@pytest.fixture(scope="module")
def demo(helsinki):
    return build_place(helsinki)


def same(one, other):
    """Whether two tables of arrays hold the same."""
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return one == other


def test_demo_place_has_its_homes_and_facilities(demo):
    assert demo.name == "helsinki"
    assert "OpenStreetMap" in demo.meta["attribution"]
    assert len(demo.homes) == 171
    assert 20_000 < demo.homes.residents.sum() < 27_000
    assert set(demo.homes.basis) == {Basis.FLOOR_AREA}
    assert demo.meta["typical_levels"]["yes"] == {"levels": 5.0, "sample": 96}
    found = counts(demo)
    expected = {"library": 6, "pharmacy": 6, "supermarket": 6, "wet_market": 1, "playground": 4, "post": 2, "laundry": 2, "culture": 4}  # fmt: skip
    assert {key: found[key] for key in expected} == expected
    assert found["eating"] == 353
    assert not {"canteen", "aed"} & surveyed(demo)
    assert (demo.homes.status == Homes.MEASURED).mean() > 0.95


def test_demo_place_has_doors_on_streets(demo):
    homes, facilities = demo.homes, demo.facilities
    assert np.median(homes.door.leg_m) < 10
    assert (facilities.door.edge >= 0).all()
    assert set(facilities.door_facility) <= set(range(len(facilities)))
    assert (np.diff(facilities.door_facility) >= 0).all()
    parks = facilities.of_kind([kind.key for kind in demo.kinds].index("park"))
    doors = np.bincount(facilities.door_facility, minlength=len(facilities))[parks]
    assert doors.max() > 10
    assert facilities.name[parks[doors.argmax()]] == "Kaisaniemen puisto"


def test_demo_place_names_every_assumption_with_evidence(demo):
    assumptions = {row["key"]: row for row in demo.meta["assumptions"]}
    assert assumptions["m2_per_resident"]["value"] == 40
    assert assumptions["household_size"]["value"] == 2.62
    assert all(row["evidence"].startswith("[") and row["zh"] and row["en"] for row in assumptions.values())


def test_demo_place_has_a_backdrop(demo):
    backdrop = demo.backdrop
    assert len(backdrop.buildings) > 250
    assert len(backdrop.green) > 50
    assert len(backdrop.water) > 0


def test_saved_place_loads_the_same(demo, tmp_path):
    path = tmp_path / "place.linli"
    demo.save(path)
    again = Place.load(path)
    for part in ("homes", "facilities", "backdrop", "meta", "kinds"):
        assert same(getattr(demo, part), getattr(again, part)), part
    assert same(replace(demo.network), again.network)
    assert again.boundary.equals(demo.boundary)
    assert [entry.name for entry in tmp_path.iterdir()] == ["place.linli"]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda raw: raw[:-2000], "cut short|damaged"),
        (lambda raw: raw[: len(raw) // 2] + b"\xff\xfe\xfd" + raw[len(raw) // 2 + 3 :], "damaged"),
        (lambda raw: b"PK" + raw[2:], "not a Linli file"),
        (lambda _: b"", "not a Linli file"),
    ],
)
def test_damaged_place_is_refused_with_the_reason(demo, tmp_path, spoil, fault):
    path = tmp_path / "place.linli"
    demo.save(path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError, match=fault):
        Place.load(path)


def test_file_of_another_kind_or_version_is_refused(tmp_path):
    path = tmp_path / "place.linli"
    save_arrays(path, kind="tide", meta={}, arrays={})
    with pytest.raises(InputError, match="holds a tide, not a place"):
        Place.load(path)
    save_arrays(path, kind="place", meta={"format": 0, "kinds": []}, arrays={})
    with pytest.raises(InputError, match="of another version of Linli; build it again"):
        Place.load(path)


def test_fingerprint_follows_content_and_options(helsinki, tmp_path):
    register = tmp_path / "register.csv"
    register.write_text("kind,status\ncanteen,none\n")
    plain = Inputs(path=helsinki).fingerprint()
    assert Inputs(path=helsinki).fingerprint() == plain
    listed = Inputs(path=helsinki, register=register).fingerprint()
    register.write_text("kind,status\naed,none\n")
    edited = Inputs(path=helsinki, register=register).fingerprint()
    cut = Inputs(path=helsinki, boundary="24.93,60.16,24.95,60.18").fingerprint()
    assert len({plain, listed, edited, cut}) == 4
    with pytest.raises(InputError, match="there is no such file"):
        Inputs(path=tmp_path / "none.osm.pbf").fingerprint()


def test_boundary_keeps_homes_inside_and_facilities_around(helsinki, demo):
    part = build_place(helsinki, boundary="24.935,60.165,24.945,60.172", name="Kluuvi")
    assert part.name == "Kluuvi"
    assert 0 < len(part.homes) < len(demo.homes)
    assert (part.homes.lon > 24.934).all()
    assert (part.homes.lon < 24.946).all()
    assert len(part.facilities) > len(demo.facilities) * 0.8  # the margin holds nearly all of the extract


def test_guixi_is_carried_by_the_committees_own_list(shared_data, tmp_path):
    path = shared_data / "guixi" / "guixi.osm.pbf"
    bare = build_place(path)
    assert surveyed(bare) == {"middle", "service_hall", "park", "sports_field", "metro", "parking"}
    lon, lat = bare.network.node_lon[0], bare.network.node_lat[0]
    gcj_lon, gcj_lat = wgs84_to_gcj02(np.array([lon, lon + 0.002]), np.array([lat, lat]))
    register = tmp_path / "设施.csv"
    register.write_bytes(
        "类别,名称,经度,纬度,坐标系,营业时间,无障碍,状态\n"
        f"爱心食堂,雄石社区食堂,{gcj_lon[0]:.7f},{gcj_lat[0]:.7f},高德,10:30-13:00,有,\n"
        f"社区卫生服务站,雄石卫生站,{gcj_lon[1]:.7f},{gcj_lat[1]:.7f},高德,,无,\n"
        "图书馆,,,,,,,无\n".encode("gb18030")
    )
    place = build_place(path, register=register)
    assert surveyed(place) == surveyed(bare) | {"canteen", "health_centre", "library"}
    facilities = place.facilities
    canteen = facilities.of_kind([kind.key for kind in place.kinds].index("canteen"))[0]
    assert facilities.name[canteen] == "雄石社区食堂"
    assert facilities.hours[canteen] == "10:30-13:00"
    assert (facilities.lon[canteen], facilities.lat[canteen]) == pytest.approx((lon, lat), abs=1e-6)
    assert canteen in facilities.door_facility
    assert place.meta["register"] == "设施.csv"
    register.write_text(
        f"类别,名称,经度,纬度,坐标系\n爱心食堂,A,{lon},{lat},谷歌\n爱心食堂,B,{lon},{lat},高德\n"
    )
    with pytest.raises(InputError, match=r"设施\.csv:2: crs “谷歌” is not known") as caught:
        build_place(path, register=register)
    assert "\n" not in str(caught.value)


def test_guixi_has_homes_though_the_map_says_little(shared_data):
    homes = build_place(shared_data / "guixi" / "guixi.osm.pbf").homes
    assert len(homes) == 151  # of 165 buildings, 125 of them building=yes
    assert not homes.levels_known.any()
    assert Counter(homes.status.tolist())[Homes.NO_STREET] > 0  # streets are missing from the map


def test_nanjing_islands_leave_homes_unknown(shared_data):
    place = build_place(shared_data / "nanjing" / "nanjing_xinjiekou.osm.pbf")
    homes = place.homes
    assert len(homes) == pytest.approx(893, abs=10)  # of 1278 buildings in a business district
    status = Counter(homes.status.tolist())
    assert status[Homes.ISLAND] > 0
    assert (homes.door.island[homes.status == Homes.ISLAND] > 0).all()
    assert place.meta["typical_levels"]["yes"] == {"levels": 6.0, "sample": 133}
    found = counts(place)
    assert (found["police"], found["supermarket"], found["primary"]) == (6, 9, 5)


def test_panzhihua_is_mostly_homes_in_blocks(shared_data):
    place = build_place(shared_data / "panzhihua" / "panzhihua_bingcaogang.osm.pbf")
    assert len(place.homes) == pytest.approx(209, abs=10)
    assert 10_000 < place.homes.residents.sum() < 16_000
    found = counts(place)
    assert (found["kindergarten"], found["hospital"], found["nursing_home"]) == (1, 4, 3)
    surveyed_kinds = surveyed(place)
    assert "kindergarten" in surveyed_kinds
    assert "wet_market" not in surveyed_kinds


def test_porto_alegre_without_buildings_is_measured_from_its_population_grid(shared_data):
    folder = shared_data / "porto_alegre"
    place = build_place(folder / "poa.osm.pbf", population=folder / "poa_hexgrid.csv")
    homes = place.homes
    assert place.meta["population"]["cells_are_homes"]
    assert homes.residents.sum() == 812_935
    assert len(homes) == 1_124
    assert set(homes.basis) == {Basis.GRID}
    assert homes.ref[0].startswith("cell ")
    assert place.meta["typical_levels"] == {}
    assert [row["key"] for row in place.meta["assumptions"]] == ["household_size"]
    assert (homes.status == Homes.MEASURED).mean() > 0.95


def test_homes_register_gives_residents_by_group(helsinki, demo, tmp_path):
    register = tmp_path / "homes.csv"
    register.write_text(f"osm,residents,residents_65\n{demo.homes.ref[3]},88,30\n")
    place = build(Inputs(path=helsinki, homes_register=register))
    assert place.homes.residents[3] == 88
    assert place.homes.residents_65[3] == 30
    assert place.homes.basis[3] == Basis.REGISTER
    assert place.meta["population"]["by_basis"]["register"] == {"homes": 1, "residents": 88.0}
