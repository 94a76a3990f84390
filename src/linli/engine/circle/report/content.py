"""What the page says of a measurement: small facts as JSON, the numbers of every home as packed columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.circle import assess
from linli.engine.circle.report import pack
from linli.engine.circle.report.facts import facts_of
from linli.engine.circle.report.ground import ground_of

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from linli.engine.circle.measure import Measurement

# Finest steps of the page's own columns; doubled until a byte holds the cut-off.
_MINUTE_STEP = 1 / 8
_METRE_STEP = 10.0
# The page's codes for a home under a rule (`data.js`).
_PAGE_VERDICT = {assess.COVERED: 0, assess.LEFT_OUT: 1, assess.UNKNOWN: 2}


def blocks_of(measurement: Measurement, *, command: str, made_at: datetime) -> dict[str, str]:
    """Every data block of the page by its name: `facts` is JSON, the rest is packed."""
    ground = ground_of(measurement)
    order = ground.order
    minute_step = pack.step_for(measurement.cutoff_s / 60, _MINUTE_STEP)
    metre_step = pack.step_for(measurement.cutoff_m, _METRE_STEP)
    facts = facts_of(measurement, command=command, made_at=made_at)
    facts |= {
        "frame": {"left": ground.frame.left, "top": ground.frame.top, "cell": ground.frame.cell},
        "bounds": ground.bounds,
        "minute_step": minute_step,
        "metre_step": metre_step,
    }
    blocks = {
        "facts": json.dumps(facts, ensure_ascii=False, separators=(",", ":"), allow_nan=False),
        **ground.blocks,
        "residents": pack.text_block(
            np.rint(np.nan_to_num(measurement.place.homes.residents[order]) * 100).astype(int).tolist()
        ),
        "least": pack.text_block(_least(measurement, order, minute_s=minute_step * 60, metre=metre_step)),
        "verdicts": pack.bytes_block(_verdicts(measurement)[order]),
    }
    walkers = [("metres", "", metre_step)]
    walkers += [(str(n), profile.key, minute_step * 60) for n, profile in enumerate(measurement.profiles)]
    for name, key, step in walkers:
        blocks[f"walk-{name}"] = pack.bytes_block(_steps(measurement, key, step)[order])
        nearest = ground.shown_number[measurement.reached[key].facility[order]]
        blocks[f"nearest-{name}"] = pack.words_block(nearest)
    return blocks


def _steps(measurement: Measurement, profile: str, step: float) -> NDArray[np.uint8]:
    """Count steps walked [homes, columns], with the page's codes where there is no number."""
    place = measurement.place
    told = measurement.reached[profile].told(len(measurement.columns))
    steps = np.where(
        np.isnan(told), np.uint8(pack.NO_TAGS), pack.in_steps(np.nan_to_num(told, nan=0.0), step=step)
    )
    surveyed = np.asarray(place.facilities.surveyed, bool)[[column.kind for column in measurement.columns]]
    steps[:, ~surveyed] = pack.NOT_SURVEYED
    steps[np.asarray(place.homes.status) != place.homes.MEASURED] = pack.NO_PLACE
    return steps.astype(np.uint8)


def _least(
    measurement: Measurement, order: NDArray[np.int64], *, minute_s: float, metre: float
) -> list[list[int]]:
    """Count the steps of the shortest walk that may exist, for homes left out whose walk is open: by result, in page order."""
    found: list[list[int]] = []
    for result in measurement.results:
        if result.walks is None:
            found.append([])
            continue
        open_question = np.isinf(result.walks.sure) & np.isfinite(result.walks.maybe)
        homes = order[(open_question & (result.verdict == assess.LEFT_OUT))[order]]
        step = metre if result.profile is None else minute_s
        found.append(pack.in_steps(result.walks.maybe[homes], step=step).tolist())
    return found


def _verdicts(measurement: Measurement) -> NDArray[np.uint8]:
    """Give the page's code of every home under every result, [homes, results]."""
    table = np.full((len(measurement.place.homes.lon), max(1, len(measurement.results))), 2, np.uint8)
    for number, result in enumerate(measurement.results):
        for verdict, code in _PAGE_VERDICT.items():
            table[result.verdict == verdict, number] = code
    return table
