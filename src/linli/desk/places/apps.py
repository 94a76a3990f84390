"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Known to Django as `linli.desk.places`."""

    name = "linli.desk.places"
    label = "places"
