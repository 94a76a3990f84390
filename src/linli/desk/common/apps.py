"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Known to Django as `linli.desk.common`."""

    name = "linli.desk.common"
    label = "common"
