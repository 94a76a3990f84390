"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PeopleConfig(AppConfig):
    """Known to Django as `linli.desk.people`."""

    name = "linli.desk.people"
    label = "people"

    def ready(self) -> None:
        """Let every room register its permissions."""
        autodiscover_modules("rules")
