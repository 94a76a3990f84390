"""Which parts of the network hang together, and which are islands of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A part this long, or with this share of all streets, is a part of town and not an island: a river or a railway may halve
# a town whose bridges lie outside the map. Walks inside it are as right as elsewhere.
PART_OF_TOWN_SHARE = 0.05
PART_OF_TOWN_M = 10_000.0


def find(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    length_m: NDArray[np.float64],
    node_lon: NDArray[np.float64],
    node_lat: NDArray[np.float64],
) -> tuple[NDArray[np.int32], list[dict[str, float]]]:
    """Number the islands, longest first; 0 is the main network.

    Returns
    -------
    int32 [nodes]
        Island of each node.
    list
        Per island: `nodes`, `length_m`, and `lon`, `lat` of its middle.
    """
    label = components(len(node_lon), tail, head)
    metres = np.bincount(label[tail], length_m)
    order = np.argsort(-metres, kind="stable")
    least = min(PART_OF_TOWN_M, PART_OF_TOWN_SHARE * float(metres.sum()))
    main = metres >= least
    main[order[0]] = True
    number = np.zeros(len(metres), np.int32)
    others = order[~main[order]]
    number[others] = np.arange(1, len(others) + 1)
    island = number[label]
    count = np.bincount(island)
    table = {
        "nodes": count,
        "length_m": np.bincount(island[tail], length_m, minlength=len(count)),
        "lon": np.bincount(island, node_lon) / count,
        "lat": np.bincount(island, node_lat) / count,
    }
    rows = [{key: column[i].item() for key, column in table.items()} for i in range(len(count))]
    return island.astype(np.int32), rows


def components(count: int, tail: NDArray[np.integer], head: NDArray[np.integer]) -> NDArray[np.int32]:
    """Label of the connected piece each of `count` nodes belongs to, directions ignored."""
    from scipy.sparse import coo_array  # noqa: PLC0415 -- half a second at start-up, wanted only while building
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    ones = np.ones(len(tail), np.int8)
    graph = coo_array((ones, (tail, head)), shape=(count, count)).tocsr()
    return np.asarray(connected_components(graph, directed=False)[1])
