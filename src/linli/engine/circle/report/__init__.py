"""`report.html`: what was measured of a place, as one page that opens from disk without a network."""

from __future__ import annotations

from linli.engine.circle.report.write import write_report

__all__ = ["write_report"]
