from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from django.test import override_settings
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.locks import file_lock
from linli.desk.places.actions import import_place, name_community
from linli.desk.places.models import Community, PlaceImport, State
from linli.desk.places.queries import communities_to_show, current_import, import_to_redo, inputs_of
from linli.engine.errors import InputError
from linli.engine.streets.place import Inputs, Place

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> Path:
    with override_settings(DATA=tmp_path / "data"):
        yield tmp_path / "data"


@pytest.fixture
def village_community() -> Community:
    return name_community(name="桥头村", slug="village")


def states(community: Community) -> list[tuple[int, str]]:
    with scope(community=community):
        return list(PlaceImport.objects.order_by("number").values_list("number", "state"))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Stopped:
    """Progress that is cut off at a step."""

    def __init__(self, step: str, error: type[BaseException] = KeyboardInterrupt) -> None:
        self.step, self.error, self.steps = step, error, []

    def __call__(self, step: str, share: float, /) -> None:
        self.steps.append(step)
        if step == self.step:
            raise self.error


def test_import_place_is_served_from_then_on(village_community: Community, village_inputs: Inputs) -> None:
    row, was_there = import_place(community=village_community, inputs=village_inputs)
    assert not was_there
    assert (row.number, row.state, row.home_count, row.residents) == (1, State.CURRENT, 5, 100.0)
    assert row.attribution == "© OpenStreetMap contributors, ODbL 1.0"
    assert files(village_community.folder) == [".lock", "1/place.linli", "1/tiles.pmtiles"]
    assert len(Place.load(row.place_file).homes) == 5
    assert current_import(slug="village") == row
    assert communities_to_show() == [village_community]
    assert import_to_redo(village_community) is None


def test_import_place_again_from_the_same_files_does_nothing(
    village_community: Community, village_inputs: Inputs
) -> None:
    first, _ = import_place(community=village_community, inputs=village_inputs)
    again, was_there = import_place(community=village_community, inputs=village_inputs)
    assert (again, was_there) == (first, True)
    assert states(village_community) == [(1, State.CURRENT)]


def test_import_place_from_other_files_takes_the_place_of_the_old(
    village_community: Community, village_inputs: Inputs
) -> None:
    import_place(community=village_community, inputs=village_inputs)
    other = dataclasses.replace(village_inputs, name="B")
    row, _ = import_place(community=village_community, inputs=other)
    assert states(village_community) == [(1, State.REPLACED), (2, State.CURRENT)]
    assert files(village_community.folder) == [".lock", "2/place.linli", "2/tiles.pmtiles"]
    assert current_import(slug="village") == row


def test_import_place_of_a_bad_file_leaves_what_is_served(
    village_community: Community, village_inputs: Inputs, tmp_path: Path
) -> None:
    first, _ = import_place(community=village_community, inputs=village_inputs)
    bad = tmp_path / "bad.osm.pbf"
    bad.write_bytes(b"not a map")
    with pytest.raises(InputError, match=r"bad\.osm\.pbf"):
        import_place(community=village_community, inputs=Inputs(path=bad))
    assert states(village_community) == [(1, State.CURRENT), (2, State.FAILED)]
    with scope(community=village_community):
        assert "bad.osm.pbf" in PlaceImport.objects.get(number=2).problem
    assert files(village_community.folder) == [".lock", "1/place.linli", "1/tiles.pmtiles"]
    assert current_import(slug="village") == first
    assert import_to_redo(village_community) is None


def test_import_place_of_no_file_leaves_no_trace(village_community: Community, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        import_place(community=village_community, inputs=Inputs(path=tmp_path / "none.osm"))
    assert states(village_community) == []


def test_import_place_stopped_goes_on_from_the_last_whole_step(
    village_community: Community, village_inputs: Inputs
) -> None:
    with pytest.raises(KeyboardInterrupt):
        import_place(
            community=village_community, inputs=village_inputs, progress=Stopped("make the map's tiles")
        )
    assert states(village_community) == [(1, State.STOPPED)]
    assert current_import(slug="village") is None
    assert files(village_community.folder) == [".lock", "unfinished/place.linli"]

    left = import_to_redo(village_community)
    assert inputs_of(left) == village_inputs
    steps = Stopped("never")
    row, _ = import_place(community=village_community, inputs=inputs_of(left), progress=steps)
    assert set(steps.steps) == {"make the map's tiles"}
    assert states(village_community) == [(1, State.STOPPED), (2, State.CURRENT)]
    assert files(village_community.folder) == [".lock", "2/place.linli", "2/tiles.pmtiles"]
    assert import_to_redo(village_community) is None
    assert row.home_count == 5


def test_import_place_does_not_go_on_from_what_is_damaged(
    village_community: Community, village_inputs: Inputs
) -> None:
    unfinished = village_community.folder / "unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "place.linli").write_bytes(b"LINLI" + bytes(100))
    row, _ = import_place(community=village_community, inputs=village_inputs)
    assert row.home_count == 5


def test_import_place_after_a_fault_keeps_nothing(
    village_community: Community, village_inputs: Inputs
) -> None:
    with pytest.raises(ZeroDivisionError):
        import_place(
            community=village_community,
            inputs=village_inputs,
            progress=Stopped("make the map's tiles", ZeroDivisionError),
        )
    assert states(village_community) == [(1, State.FAILED)]
    assert files(village_community.folder) == [".lock"]


def test_import_whose_process_was_killed_is_taken_up_again(
    village_community: Community, village_inputs: Inputs
) -> None:
    PlaceImport(
        community=village_community,
        number=1,
        inputs={"path": str(village_inputs.path)},
        started_at=clock.now(),
    ).save()
    assert import_to_redo(village_community).number == 1
    import_place(community=village_community, inputs=village_inputs)
    assert states(village_community) == [(1, State.STOPPED), (2, State.CURRENT)]


def test_import_place_beside_another_is_refused(village_community: Community, village_inputs: Inputs) -> None:
    with (
        file_lock(village_community.folder / ".lock"),
        pytest.raises(InputError, match="village: another import is at work"),
    ):
        import_place(community=village_community, inputs=village_inputs)
    assert states(village_community) == []


def test_import_is_to_be_redone_once_its_files_change(
    village_community: Community, village_inputs: Inputs, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.osm"
    copy.write_bytes(village_inputs.path.read_bytes())
    import_place(community=village_community, inputs=dataclasses.replace(village_inputs, path=copy))
    copy.write_bytes(village_inputs.path.read_bytes() + b"\n")
    assert import_to_redo(village_community).number == 1
    copy.unlink()
    assert import_to_redo(village_community) is None


@pytest.mark.parametrize("lost", ["place.linli", "tiles.pmtiles"])
def test_import_whose_files_are_lost_is_made_anew(
    village_community: Community, village_inputs: Inputs, lost: str
) -> None:
    first, _ = import_place(community=village_community, inputs=village_inputs)
    (first.folder / lost).unlink()
    assert import_to_redo(village_community) == first
    _, was_there = import_place(community=village_community, inputs=village_inputs)
    assert not was_there
    assert states(village_community) == [(1, State.REPLACED), (2, State.CURRENT)]
    assert import_to_redo(village_community) is None


def test_import_whose_place_is_damaged_is_made_anew(
    village_community: Community, village_inputs: Inputs
) -> None:
    first, _ = import_place(community=village_community, inputs=village_inputs)
    whole = first.place_file.read_bytes()
    first.place_file.write_bytes(whole[: len(whole) // 2])
    assert import_to_redo(village_community) == first
    row, _ = import_place(community=village_community, inputs=village_inputs)
    assert len(Place.load(row.place_file).homes) == 5


@pytest.mark.parametrize(
    ("name", "slug", "made"),
    [
        ("Las Palmas de Gran Canaria", "", ("las-palmas-de-gran-canaria", "", "Las Palmas de Gran Canaria")),
        ("  炳草岗 社区 ", "", ("place", "炳草岗 社区", "")),
        ("炳草岗", "bingcaogang", ("bingcaogang", "炳草岗", "")),
        ("A" * 100, "", ("a" * 50, "", "A" * 100)),
    ],
)
def test_name_community_makes_its_part_of_the_address(name: str, slug: str, made: tuple[str, ...]) -> None:
    community = name_community(name=name, slug=slug)
    assert (community.slug, community.name_zh, community.name_en) == made


def test_name_community_never_takes_another_ones_place() -> None:
    slugs = [name_community(name=name).slug for name in ("炳草岗", "幸福里", "炳草岗", "Place", "幸福里")]
    assert slugs == ["place", "place-2", "place", "place-3", "place-2"]
    assert Community.objects.count() == 3


def test_name_community_in_a_second_language_keeps_the_first() -> None:
    name_community(name="桥头村", slug="village")
    again = name_community(name="Bridge End", slug="village")
    again.refresh_from_db()
    assert (again.name_zh, again.name_en) == ("桥头村", "Bridge End")
    assert Community.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "slug", "told"),
    [("", "", "--name: 0 letters"), ("A" * 101, "", "--name: 101 letters"), ("A", "A b", "--slug A b: give")],
)
def test_name_community_refuses_what_is_no_name(name: str, slug: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        name_community(name=name, slug=slug)
    assert Community.objects.count() == 0
