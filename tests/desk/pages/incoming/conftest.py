"""An office with matters in it."""

from __future__ import annotations

from tests.desk.matters.conftest import matter, neighbour, office, receive, time

__all__ = ["matter", "neighbour", "office", "receive", "time"]
