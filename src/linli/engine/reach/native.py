"""The compiled kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linli.engine.reach.doors import Int32s
    from linli.engine.reach.kernel import Kernel


def available() -> bool:
    """Whether the compiled kernel is there."""
    return False


def prepare_kernel(
    node_count: int,
    tail: Int32s,
    head: Int32s,
    forward: Int32s,
    backward: Int32s,
    lower: Int32s,
    bound_ms: int,
) -> Kernel:
    raise NotImplementedError
