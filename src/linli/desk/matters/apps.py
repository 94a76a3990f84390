"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """Known to Django as `linli.desk.matters`."""

    name = "linli.desk.matters"
    label = "matters"

    def ready(self) -> None:
        """Register what time does here, and what goes when a resident is erased."""
        from linli.desk.matters import (  # noqa: F401, PLC0415 -- models must be there first
            csv_intake,
            erasing,
            forgetting,
            mailbox_reading,
            sweeps,
        )
