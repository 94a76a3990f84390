from __future__ import annotations

import numpy as np
import pytest

from linli.engine.errors import InputError
from linli.engine.streets.store import load_arrays, save_arrays

ARRAYS = {
    "whole": np.arange(1000, dtype=np.int32),
    "table": np.linspace(0, 1, 12).reshape(4, 3),
    "none": np.zeros(0),
    "flat": np.zeros((0, 3), np.uint8),
    "yes": np.array([True, False]),
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "place.linli"
    save_arrays(path, kind="place", meta={"name": "炳草岗"}, arrays=ARRAYS)
    return path


def test_load_arrays_gives_what_was_saved_as_read_only_views(file):
    meta, arrays = load_arrays(file, kind="place")
    assert meta == {"name": "炳草岗"}
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        assert (arrays[name] == array).all()
    assert not arrays["whole"].flags.writeable


def test_save_arrays_takes_columns_that_are_not_contiguous(tmp_path):
    table = np.arange(20).reshape(5, 4)
    save_arrays(tmp_path / "c", kind="x", meta={}, arrays={"column": table[:, 1], "after": np.arange(3)})
    arrays = load_arrays(tmp_path / "c", kind="x")[1]
    assert arrays["column"].tolist() == [1, 5, 9, 13, 17]
    assert arrays["after"].tolist() == [0, 1, 2]


def test_save_arrays_that_fails_leaves_the_old_file_and_nothing_else(file):
    before = file.read_bytes()
    with pytest.raises(TypeError):
        save_arrays(file, kind="place", meta={"not": object()}, arrays={})
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["place.linli"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: b"", "not a Linli file, or cut short"),
        (lambda data: data[:200], "damaged|cut short"),
        (lambda data: data[:-900], "cut short at"),
        (lambda data: b"PK" + data[2:], "not a Linli file"),
        (lambda data: data[:40] + b"#" + data[41:], "damaged \\(its header"),
        (lambda data: data[:-64] + b"\xff" * 64, "damaged at"),
    ],
)
def test_load_arrays_of_a_damaged_or_foreign_file_says_how(file, damage, says):
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(InputError, match=says):
        load_arrays(file, kind="place")


def test_load_arrays_of_another_kind_or_of_nothing(file, tmp_path):
    with pytest.raises(InputError, match="holds a place, not a network"):
        load_arrays(file, kind="network")
    with pytest.raises(InputError, match="cannot be read"):
        load_arrays(tmp_path / "none", kind="place")
