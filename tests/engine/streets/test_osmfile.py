from __future__ import annotations

import bz2
import gzip

import pytest

from linli.engine.errors import InputError
from linli.engine.streets import osmfile
from linli.engine.streets.extract import read_extract

from .maps import Drawing


@pytest.fixture
def street() -> Drawing:
    drawing = Drawing()
    drawing.node("a", 0, 0)
    drawing.node("b", 100, 0)
    drawing.way("a b", highway="residential", name="解放路")
    return drawing


@pytest.mark.parametrize("name", ["m.osm", "m.osm.gz", "m.osm.bz2", "m.anything"])
def test_map_format_is_told_by_content_not_by_name(tmp_path, street, name):
    data = street.xml().encode()
    packed = {"gz": gzip.compress, "bz2": bz2.compress}.get(name.rsplit(".", 1)[1], bytes)(data)
    path = tmp_path / name
    path.write_bytes(packed)
    assert [way.tags["name"] for way in read_extract(path).ways] == ["解放路"]


def test_map_format_of_pbf(helsinki, tmp_path):
    renamed = tmp_path / "helsinki.bin"
    renamed.write_bytes(helsinki.read_bytes())
    assert osmfile.map_format(renamed) == "pbf"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.osm.pbf", b"", "is empty"),
        ("empty.osm", b"", "is empty"),
        ("text.osm", b"hello", "is not an OpenStreetMap file"),
        ("page.osm.pbf", b"<!doctype html><html>404</html>", "is not an OpenStreetMap file"),
        ("page.osm.gz", gzip.compress(b"<html></html>"), "is not an OpenStreetMap file"),
        ("program.osm.pbf", b"\x7fELF" + bytes(5000), "is not an OpenStreetMap file"),
        ("nothing.osm", b'<?xml version="1.0"?><osm version="0.6"></osm>', "has no streets or buildings"),
    ],
)
def test_read_of_what_is_no_map_says_so_in_one_line(tmp_path, name, data, says):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=says) as raised:
        read_extract(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("form", ["pbf", "osm", "osm.gz", "osm.bz2"])
def test_read_of_a_truncated_map_says_so_in_one_line(helsinki, tmp_path, street, form):
    xml = (street.xml() * 400).encode()
    data = {
        "pbf": helsinki.read_bytes(),
        "osm": street.xml().encode(),
        "osm.gz": gzip.compress(xml, 0),
        "osm.bz2": bz2.compress(xml, 1),
    }[form]
    path = tmp_path / f"cut.{form}"
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(InputError, match="is cut short or damaged") as raised:
        read_extract(path)
    assert "\n" not in str(raised.value)


def test_read_of_a_missing_file_and_of_a_folder(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_extract(tmp_path / "none.osm.pbf")
    with pytest.raises(InputError, match="is a folder"):
        read_extract(tmp_path)


def test_large_files_index_nodes_on_disk_with_the_same_result(helsinki, monkeypatch):
    small = read_extract(helsinki)
    monkeypatch.setitem(osmfile._INDEX_ON_DISK, "pbf", 1)
    with osmfile.index_storage(helsinki) as storage:
        assert storage.startswith("sparse_file_array,")
    large = read_extract(helsinki)
    assert len(large.ways) == len(small.ways)
    assert all((a.lon == b.lon).all() for a, b in zip(large.ways, small.ways, strict=True))


def test_fingerprint_is_of_the_bytes(tmp_path, street):
    path = street.write(tmp_path / "m.osm")
    before = osmfile.fingerprint(path)
    assert before == osmfile.fingerprint(street.write(tmp_path / "copy.osm"))
    path.write_bytes(path.read_bytes() + b"\n")
    assert osmfile.fingerprint(path) != before
