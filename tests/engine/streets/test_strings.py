from __future__ import annotations

import pytest

from linli.engine.streets.strings import Strings


def test_strings_give_back_what_was_packed():
    texts = ["", "邻里食堂", "Café", ""]
    packed = Strings.of(texts)
    assert len(packed) == 4
    assert list(packed) == texts
    assert [packed[index] for index in range(4)] == texts
    assert packed[-3] == "邻里食堂"
    assert list(packed.take([2, 1])) == ["Café", "邻里食堂"]


def test_strings_beyond_the_end_raise():
    with pytest.raises(IndexError):
        Strings.of(["a"])[1]


def test_strings_may_be_none():
    assert list(Strings.of([])) == []
