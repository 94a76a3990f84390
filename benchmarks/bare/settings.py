"""The desk's own settings, middleware and database, with one view of one insert."""

from __future__ import annotations

from linli.desk.config.settings import *  # noqa: F403
from linli.desk.config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.bare"]
ROOT_URLCONF = "benchmarks.bare.urls"
