"""An office with matters, and another system that listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import pytest

from tests.desk.common.gateway import answering
from tests.desk.matters.conftest import matter, neighbour, office, receive, time

__all__ = ["matter", "neighbour", "office", "receive", "time"]


@dataclass
class Listener:
    """What came in, and how it answers."""

    port: int = 0
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    location: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=willow"


@contextmanager
def listening() -> Iterator[Listener]:
    found = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.taken.append(({**headers, ":path": self.path}, body))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with answering(Handler) as found.port:
        yield found


@pytest.fixture
def listener(settings) -> Iterator[Listener]:
    settings.INNER_NETWORKS = ("127.0.0.0/8",)
    with listening() as found:
        yield found
