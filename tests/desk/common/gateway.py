"""A gateway such as a city's SMS service: it takes JSON by HTTP, keeps it, and may be told to refuse or to be slow."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """What came in, and how it answers."""

    port: int = 0
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    before_answer: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/send/{{to}}"

    @property
    def by_key(self) -> str:
        """The same, told the messages' own numbers instead of their readers'."""
        return f"json://127.0.0.1:{self.port}/send/{{key}}"


@contextmanager
def answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Serve by a handler on a port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def gateway() -> Iterator[Gateway]:
    found = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.taken.append((self.path, body))
            found.before_answer()
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with answering(Handler) as found.port:
        yield found
