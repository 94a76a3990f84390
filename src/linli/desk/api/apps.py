"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Known to Django as `linli.desk.api`."""

    name = "linli.desk.api"
    label = "api"

    def ready(self) -> None:
        """Bring matters and webhooks together."""
        from linli.desk.api import hooks  # noqa: PLC0415 -- models must be there first

        hooks.offer()
