from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from linli.engine.circle.report import pack


def inflated(block: str) -> bytes:
    return zlib.decompress(base64.b64decode(block), -15)


@given(
    st.lists(st.floats(0, 1900, width=32), min_size=1, max_size=30),
    st.integers(1, 240),
)
def test_walk_is_within_a_limit_of_whole_steps_exactly_when_its_steps_are(
    walks: list[float], limit: int
) -> None:
    step_s = 7.5
    walk_s = np.array(walks, np.float32)
    # Kept apart from the limit by more than the slack that forgives float32: what was measured is coarser still.
    walk_s = walk_s[np.abs(walk_s - limit * step_s) > 0.01]
    steps = pack.in_steps(walk_s, step=step_s)
    assert ((steps <= limit) == (walk_s <= limit * step_s)).all()


def test_walk_at_the_limit_is_within_it_and_a_hair_of_float_beyond_too() -> None:
    walk_s = np.array([900, np.nextafter(np.float32(900), np.float32(901)), 900.5, 0], np.float32)
    assert pack.in_steps(walk_s, step=7.5).tolist() == [120, 120, 121, 0]


def test_walk_beyond_the_longest_is_too_far() -> None:
    walk_s = np.array([pack.STEPS * 7.5, pack.STEPS * 7.5 + 1, np.inf], np.float32)
    assert pack.in_steps(walk_s, step=7.5).tolist() == [pack.STEPS, pack.TOO_FAR, pack.TOO_FAR]


@pytest.mark.parametrize(
    ("largest", "step"), [(30, 0.125), (31.25, 0.125), (31.3, 0.25), (120, 0.5), (1, 0.125)]
)
def test_step_doubles_until_the_largest_walk_fits(largest: float, step: float) -> None:
    assert pack.step_for(largest, 0.125) == step


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 4))))
def test_bytes_come_back_from_their_differences(values: np.ndarray) -> None:
    raw = np.frombuffer(inflated(pack.bytes_block(values)), np.uint8).reshape(values.shape[1], -1)
    assert np.array_equal(np.cumsum(raw, axis=1, dtype=np.uint8).T, values)


@given(arrays(np.int32, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=st.integers(0, 65535)))
def test_words_come_back_from_their_differences(values: np.ndarray) -> None:
    raw = np.frombuffer(inflated(pack.words_block(values)), np.uint8).astype(np.int64)
    low, high = raw.reshape(2, -1)
    zigzag = low | (high << 8)
    steps = ((zigzag >> 1) ^ -(zigzag & 1)).reshape(values.shape[1], -1)
    assert np.array_equal(np.cumsum(steps, axis=1).T % 65536, values)


def test_text_comes_back() -> None:
    assert json.loads(inflated(pack.text_block({"name": "邻里 </script>"}))) == {"name": "邻里 </script>"}


def test_cells_of_a_frame_are_the_web_map_position_to_half_a_cell() -> None:
    lon, lat = np.array([101.70, 101.74, 101.72]), np.array([26.57, 26.59, 26.58])
    frame = pack.Frame.around(lon, lat)
    cells = frame.cells(lon, lat)
    assert cells.min() == 0
    assert cells.max() == 65535
    x = frame.left + cells[:, 0] * frame.cell
    y = frame.top + cells[:, 1] * frame.cell
    assert np.abs((x - 0.5) * 360 - lon).max() <= 0.501 * frame.cell * 360
    back = np.degrees(2 * np.arctan(np.exp(np.pi * (1 - 2 * y))) - np.pi / 2)
    assert np.abs(back - lat).max() <= 0.501 * frame.cell * 360


def test_morton_order_keeps_quarters_together() -> None:
    cells = np.array([[0, 0], [40000, 40000], [1, 0], [40001, 40000], [0, 40000], [0, 1]], np.int32)
    assert pack.morton_order(cells).tolist() == [0, 2, 5, 4, 1, 3]
