"""How the rooms say no."""

from __future__ import annotations


class AbsentError(Exception):
    """There is no such thing, as far as whoever asks is told."""


class ForbiddenError(AbsentError):
    """They may not; to them it is as if it were not there."""


class RefusedError(Exception):
    """It cannot be done as asked; the message says why and what to do, in the reader's language."""
