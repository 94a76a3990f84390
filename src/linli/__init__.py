"""Linli (邻里): measure, plan and run a neighbourhood."""

from __future__ import annotations

__version__ = "0.1.0"
