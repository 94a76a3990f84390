"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Known to Django as `linli.desk.people`."""

    name = "linli.desk.people"
    label = "people"
