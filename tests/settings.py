"""The desk's settings under test: a data folder of its own, static files as they lie in the source."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_kept = tempfile.TemporaryDirectory(prefix="linli-test-")
os.environ["LINLI_DATA"] = _kept.name

from linli.desk.config.settings import *  # noqa: E402, F403
from linli.desk.config.settings import DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["*"]
SECRET_KEY = "only for tests, where nothing is secret"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    # On disk, as it is in service: an in-memory database has neither WAL nor several connections.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_kept.name) / "test.sqlite3")}
