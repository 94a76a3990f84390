"""Serve the bare view by the desk's own server: `python -m benchmarks.bare`, with the desk's own environment."""

from __future__ import annotations

import os
import signal

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.bare.settings"
django.setup()

from django.db import connection  # noqa: E402

from benchmarks.bare.models import Row  # noqa: E402
from linli.desk.serve import Server  # noqa: E402


def main() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    connection.close()
    with Server(host="127.0.0.1", port=0) as server:
        server.start()
        print(f"up at {server.url}", flush=True)
        signal.signal(signal.SIGTERM, server._signalled)  # noqa: SLF001
        server.wait()


main()
