"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Known to Django as `linli.desk.api`."""

    name = "linli.desk.api"
    label = "api"
