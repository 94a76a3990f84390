"""Walks of every home as the 16-bit numbers that pages colour by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linli.desk.places.serving import Served

Codes = NDArray[np.uint16]
Floats = NDArray[np.float32]

NO_TAGS = 65_533  # unknown, since tags that a wheelchair needs are missing
FAR = 65_534  # farther than the cut-off, or no way
# The home has no street that leads anywhere, the kind was never surveyed, or no place near is surely of the kind.
UNKNOWN = 65_535


def coded(sure: Floats, maybe: Floats, *, blind: NDArray[np.bool_], wheelchair: bool) -> Codes:
    """Whole seconds or metres, rounded up, so that no walk looks shorter than it is; codes where there is none.

    Parameters
    ----------
    sure, maybe
        As `engine.circle.assess.Walks`: float32 [homes].
    blind
        Homes of which nothing can be told: bool [homes].
    wheelchair
        Whether tags for wheelchairs are what an unknown walk lacks; else it is whether some place is of the kind at all.
    """
    codes = np.full(sure.shape, FAR, np.uint16)
    told = np.isfinite(sure)
    codes[told] = np.minimum(np.ceil(sure[told]), NO_TAGS - 1).astype(np.uint16)
    codes[~told & np.isfinite(maybe)] = NO_TAGS if wheelchair else UNKNOWN
    codes[blind] = UNKNOWN
    return codes


def blind_homes(served: Served, kind: int) -> NDArray[np.bool_]:
    """Homes of which no walk to this kind can be told, whoever walks: bool [homes]."""
    homes = served.place.homes
    if not served.place.facilities.surveyed[kind]:
        return np.ones(len(homes), bool)
    return np.asarray(homes.status != homes.MEASURED)


def seconds_of(served: Served, *, profile: str, kind: str) -> Codes:
    """Seconds from every home to the nearest place of a kind, for one profile: uint16 [homes], codes above 65,532."""
    return _column(served, profile, kind)


def metres_of(served: Served, *, kind: str) -> Codes:
    """Metres along streets from every home to the nearest place of a kind: uint16 [homes], codes above 65,532."""
    return _column(served, "", kind)


def _column(served: Served, reading: str, kind: str) -> Codes:
    column = served.kind_index[kind]
    reached = served.measurement.reached[reading]
    return coded(
        reached.sure[:, column],
        reached.maybe[:, column],
        blind=blind_homes(served, column),
        wheelchair=reading != "" and served.profiles[reading].wheelchair,
    )


def residents_of(served: Served) -> Floats:
    """Residents of every home: float32 [homes]."""
    return np.nan_to_num(served.place.homes.residents).astype(np.float32)
