"""The room as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from linli.desk.common import guards


class CommonConfig(AppConfig):
    """Known to Django as `linli.desk.common`."""

    name = "linli.desk.common"
    label = "common"

    def ready(self) -> None:
        """Look after each migration whether the ledger is still guarded; make the sweeps of this room known."""
        from linli.desk.common import limits, uploads  # noqa: F401, PLC0415 -- after the models

        post_migrate.connect(_guard, sender=self)


def _guard(*, using: str, **_more: Any) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if guards.HEAD in tables:
        guards.install(connection)
