"""Walking times over a network: plain arrays in, plain arrays out, whole milliseconds (or any whole unit).

    prepared = prepare(node_count=n, tail=tail, head=head, forward_ms=forward, backward_ms=backward)
    times = nearest(prepared, Doors(**snap.walk_ms(...)), kind, kind_count, origins=homes, cutoff_ms=900_000)
    times.minutes()  # float32 [homes, kinds], inf where farther

Prepare once per network; `prepared.customised(...)` for another profile; a changed set of facilities is only another
query.
"""

from __future__ import annotations

from linli.engine.reach.doors import NO_WAY, Direction, Doors
from linli.engine.reach.isochrone import isochrone
from linli.engine.reach.prepared import Prepared, prepare
from linli.engine.reach.queries import k_nearest, matrix, nearest, within
from linli.engine.reach.times import FAR, Times
from linli.engine.reach.walks import Walk, node_times, path

__all__ = [
    "FAR",
    "NO_WAY",
    "Direction",
    "Doors",
    "Prepared",
    "Times",
    "Walk",
    "isochrone",
    "k_nearest",
    "matrix",
    "nearest",
    "node_times",
    "path",
    "prepare",
    "within",
]
