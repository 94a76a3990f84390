"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """Known to Django as `linli.desk.matters`."""

    name = "linli.desk.matters"
    label = "matters"
