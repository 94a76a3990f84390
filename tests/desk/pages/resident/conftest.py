"""An office whose residents report things."""

from __future__ import annotations

from tests.desk.matters.conftest import office, time

__all__ = ["office", "time"]
