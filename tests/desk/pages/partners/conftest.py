"""An office that works with another system."""

from __future__ import annotations

from tests.desk.matters.conftest import matter, neighbour, office, receive, time
from tests.desk.partners.conftest import listener

__all__ = ["listener", "matter", "neighbour", "office", "receive", "time"]
