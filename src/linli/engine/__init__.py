"""Numbers about a place. Imports no Django and nothing of the desk."""

from __future__ import annotations
