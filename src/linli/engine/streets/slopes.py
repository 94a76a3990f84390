"""Slopes along the network: how much longer a walk takes uphill, by Tobler's function used as a factor.

`F(S) = exp(3.5·|S + 0.05|) / exp(3.5·0.05)` for a slope S = rise ÷ run in the direction walked (Tobler 1993; as a factor on the
walker's own flat speed, as OpenTripPlanner does). Heights are sampled every 30 m or less along each edge; bridges and
tunnels run straight between the heights of their ends; steps, escalators and lifts have a pace of their own and no slope.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.streets.elevation import Heights

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SAMPLE_M = 30.0
# Steeper than this is a flight of steps or an error of the raster; the factor then is 2.86 uphill.
STEEPEST = 0.30
# A slope measured over less than this says more about the raster than about the street, so wheelchairs ignore it.
TRUSTED_M = 60.0
_WINDOW = 3  # samples, 45 to 90 m, over which the steepest part of an edge is measured


@dataclass(frozen=True, slots=True)
class Shapes:
    """The edges whose slopes are wanted: their points (see `Network`) and what kind they are."""

    lon: Floats
    lat: Floats
    along_m: Floats
    point_start: Ints
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    node_count: int
    level: NDArray[np.bool_]  # edges without slope: steps and the like
    spans: NDArray[np.bool_]  # edges that leave the ground: bridges and tunnels


@dataclass(frozen=True, slots=True)
class Levels:
    """Level metres from the tail at each point, both ways; per edge its steepest slope in percent (nan: not known)."""

    forward_m: Floats
    backward_m: Floats
    incline_percent: Floats
    share_without: float = 1.0  # of the length of all edges: no height known


def tobler_factor(slope: Floats) -> Floats:
    """How many times longer than on the flat: 1 at 0 and at −0.10, least (0.84) at −0.05; held at ±`STEEPEST`."""
    held = np.clip(slope, -STEEPEST, STEEPEST)
    return np.asarray(np.exp(3.5 * np.abs(held + 0.05)) / np.exp(3.5 * 0.05))


def flat_levels(shapes: Shapes) -> Levels:
    """Levels where nothing is known of heights: the lengths themselves."""
    return Levels(shapes.along_m, shapes.along_m, np.full(len(shapes.tail), np.nan))


def with_samples(shapes: Shapes) -> Shapes:
    """The same shapes with a point wherever heights are sampled, so that levels are straight lines between points.

    A door in the middle of a long street then stands at its own height, not at one between the street's ends.
    """
    samples = _sample(shapes)
    inner = ~samples.last
    inner[samples.start[:-1]] = False
    _, points = _laid_out(shapes)
    position = np.sort(np.concatenate((points, samples.position[inner])), kind="stable")
    sizes = np.diff(shapes.point_start) + samples.sizes - 2
    columns = {name: np.interp(position, points, getattr(shapes, name)) for name in ("lon", "lat", "along_m")}
    return replace(shapes, point_start=np.concatenate(([0], np.cumsum(sizes))), **columns)


def levels_over(shapes: Shapes, heights: Heights) -> Levels:
    """Levels over ground with these heights; where there are none, the ground counts as level."""
    samples = _sample(shapes)
    height = heights.at(samples.lon, samples.lat)
    height = _span(shapes, samples, height)
    step, rise = np.diff(samples.along_m), np.diff(height)
    real = ~samples.last[:-1]  # differences inside one edge
    slope = np.divide(rise, step, out=np.zeros_like(rise), where=real & (step > 0))
    unknown = np.isnan(slope)
    edge_of = np.repeat(np.arange(len(shapes.tail)), samples.sizes)[:-1]
    slope[unknown | shapes.level[edge_of]] = 0.0
    forward = np.where(real, step * tobler_factor(slope), 0.0)
    backward = np.where(real, step * tobler_factor(-slope), 0.0)
    flat = real & shapes.level[edge_of]
    forward[flat], backward[flat] = step[flat], step[flat]
    total = float(step[real].sum())
    return Levels(
        _to_points(shapes, samples, forward),
        _to_points(shapes, samples, backward),
        _steepest(shapes, samples, height),
        share_without=float(step[real & unknown].sum() / total) if total else 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Samples:
    lon: Floats
    lat: Floats
    along_m: Floats  # from the edge's tail
    start: Ints
    sizes: Ints
    last: NDArray[np.bool_]  # the last sample of its edge
    position: Floats  # on the one line that all edges are laid out on


def _laid_out(shapes: Shapes) -> tuple[Floats, Floats]:
    """Where each edge begins, and each point is, when all edges are laid end to end with a metre between them."""
    length = shapes.along_m[shapes.point_start[1:] - 1]
    begin = np.concatenate(([0.0], np.cumsum(length + 1.0)))[:-1]
    return begin, np.repeat(begin, np.diff(shapes.point_start)) + shapes.along_m


def _sample(shapes: Shapes) -> _Samples:
    length = shapes.along_m[shapes.point_start[1:] - 1]
    parts = np.maximum(1, np.ceil(length / SAMPLE_M)).astype(np.int64)
    sizes = parts + 1
    start = np.concatenate(([0], np.cumsum(sizes)))
    index = np.arange(start[-1]) - np.repeat(start[:-1], sizes)
    along = index * np.repeat(length / parts, sizes)
    begin, points = _laid_out(shapes)
    position = np.repeat(begin, sizes) + along
    last = np.zeros(start[-1], bool)
    last[start[1:] - 1] = True
    lon, lat = (np.interp(position, points, column) for column in (shapes.lon, shapes.lat))
    return _Samples(lon, lat, along, start, sizes, last, position)


def _span(shapes: Shapes, samples: _Samples, height: Floats) -> Floats:
    """Heights with bridges and tunnels drawn straight between where they leave and meet the ground."""
    spans = np.flatnonzero(shapes.spans)
    if not len(spans):
        return height
    node = np.full(shapes.node_count, np.nan)
    node[shapes.tail] = height[samples.start[:-1]]
    node[shapes.head] = height[samples.start[1:] - 1]
    grounded = np.zeros(shapes.node_count, bool)
    on_ground = ~shapes.spans
    grounded[shapes.tail[on_ground]] = True
    grounded[shapes.head[on_ground]] = True
    node = _hang(shapes, samples, spans, node, grounded)
    length = samples.along_m[samples.start[1:] - 1]
    share = samples.along_m / np.repeat(np.maximum(length, 1e-9), samples.sizes)
    straight = (
        np.repeat(node[shapes.tail], samples.sizes) * (1 - share)
        + np.repeat(node[shapes.head], samples.sizes) * share
    )
    return np.where(np.repeat(shapes.spans, samples.sizes), straight, height)


def _hang(
    shapes: Shapes, samples: _Samples, spans: Ints, node: Floats, grounded: NDArray[np.bool_]
) -> Floats:
    """Heights of nodes in mid-air: each between its neighbours, weighted by nearness, until nothing moves."""
    tail, head = shapes.tail[spans], shapes.head[spans]
    nearness = 1 / np.maximum(samples.along_m[samples.start[spans + 1] - 1], 1.0)
    hanging = ~grounded
    if not hanging.any():
        return node
    height = np.nan_to_num(node, nan=float(np.nanmean(node)) if not np.isnan(node).all() else 0.0)
    weight = np.bincount(tail, nearness, len(node)) + np.bincount(head, nearness, len(node))
    movable = hanging & (weight > 0)
    for _ in range(500):
        pull = np.bincount(tail, nearness * height[head], len(node))
        pull += np.bincount(head, nearness * height[tail], len(node))
        moved = np.where(movable, pull / np.where(weight > 0, weight, 1), height)
        done = float(np.abs(moved - height).max()) < 0.05
        height = moved
        if done:
            break
    return np.where(movable, height, node)


def _to_points(shapes: Shapes, samples: _Samples, step: Floats) -> Floats:
    """Sums along the samples, read off at the points, from each edge's tail."""
    total = np.concatenate(([0.0], np.cumsum(step)))
    _, points = _laid_out(shapes)
    at = np.interp(points, samples.position, total)
    return np.asarray(at - np.repeat(total[samples.start[:-1]], np.diff(shapes.point_start)))


def _steepest(shapes: Shapes, samples: _Samples, height: Floats) -> Floats:
    """Per edge the steepest slope over a few samples in percent; nan where it is short, level or unknown."""
    length = samples.along_m[samples.start[1:] - 1]
    window = np.minimum(samples.sizes - 1, _WINDOW)
    first = np.arange(len(height))
    then = first + np.repeat(window, samples.sizes)
    fits = then < np.repeat(samples.start[1:], samples.sizes)
    then = np.where(fits, then, first)
    run = samples.along_m[then] - samples.along_m
    slope = np.divide(np.abs(height[then] - height), run, out=np.zeros_like(run), where=run > 0)
    steepest = np.fmax.reduceat(np.where(fits, slope, 0.0), samples.start[:-1])
    unknown = np.isnan(np.maximum.reduceat(np.where(fits, slope, 0.0), samples.start[:-1]))
    trusted = (length >= TRUSTED_M) & ~shapes.level & ~unknown
    return np.where(trusted, steepest * 100, np.nan)
