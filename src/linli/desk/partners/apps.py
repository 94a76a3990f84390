"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Known to Django as `linli.desk.partners`."""

    name = "linli.desk.partners"
    label = "partners"

    def ready(self) -> None:
        """Carry the outbox's webhooks."""
        from linli.desk.partners import delivery, sweeps  # noqa: F401, PLC0415 -- models must be there first
