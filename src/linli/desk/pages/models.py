"""What pages remember: no fact about the place or its people, only how somebody likes to see them."""

from __future__ import annotations

from linli.desk.pages.staff.models import Presence, ReplyTemplate, SavedView

__all__ = ["Presence", "ReplyTemplate", "SavedView"]
