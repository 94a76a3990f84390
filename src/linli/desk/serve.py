"""The desk's own web server: waitress, with the port taken early, a check of what is served, and a clean stop."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from linli.engine.errors import InputError

if TYPE_CHECKING:
    import argparse
    from types import FrameType, TracebackType

# More than processors: a thread that waits for a slow telephone must not keep the others from being answered.
_THREADS = 8
_LAST_WORDS_S = 5.0
_CHECK_TIMEOUT_S = 60
# A report from a page without script: a handful of photos as the camera made them, and a voice note.
_LARGEST_BODY = 100 << 20
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def port_of(arguments: argparse.Namespace, *, default: int) -> int:
    """Choose the port: as told, else PORT of the environment, else the default (any free one for a check)."""
    text = arguments.port if arguments.port is not None else os.environ.get("PORT", "")
    if text == "":
        return 0 if arguments.check else default
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65_535:
        raise InputError(f"port {text}: not a port; give a number from 1 to 65535")
    return port


class Server:
    """Takes the port on entering; serves from `start` on; stops cleanly on leaving, on SIGINT and on SIGTERM."""

    def __init__(self, *, host: str, port: int) -> None:
        self.host = host
        self._socket = _taken(host, port)
        self._stopping = threading.Event()
        self._map: dict[int, Any] = {}
        self._loop: threading.Thread | None = None

    def __enter__(self) -> Self:
        # While places are read in, a signal ends that work; once there is a loop, it ends the loop.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._signalled)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._socket.close()

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host, port = self._socket.getsockname()[:2]
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 -- compared, not bound
        return f"http://{shown}:{port}/"

    def start(self) -> None:
        """Begin to serve, in a thread of its own."""
        from waitress.server import create_server  # noqa: PLC0415 -- with Django, after the environment is settled

        from linli.desk.config.urls import urlpatterns  # noqa: F401, PLC0415 -- now, so that the first to come does not wait
        from linli.desk.config.wsgi import application  # noqa: PLC0415

        trusted = os.environ.get("LINLI_TRUSTED_PROXY", "")
        behind: dict[str, Any] = (
            {"trusted_proxy": trusted, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
            if trusted
            else {}
        )
        self._server = create_server(
            application,
            map=self._map,
            sockets=[self._socket],
            threads=_THREADS,
            ident="Linli",
            channel_timeout=60,
            max_request_body_size=_LARGEST_BODY,
            clear_untrusted_proxy_headers=True,
            **behind,
        )
        if self.host not in _LOOPBACK and not os.environ.get("LINLI_ALLOWED_HOSTS"):
            print(
                "  Others on the network are let in only by a name you allow: LINLI_ALLOWED_HOSTS=name,address",
                flush=True,
            )
        self._loop = threading.Thread(target=self._run, name="linli-server")
        self._loop.start()

    def wait(self) -> None:
        """Return once told to stop."""
        while not self._stopping.wait(0.5):
            pass

    def stop(self) -> None:
        """Take no new request, answer those at work, end."""
        self._stopping.set()
        if self._loop is not None:
            # Not woken by waitress's trigger: a loop that has ended has closed it, and its number may be another file's.
            self._loop.join()
            self._loop = None

    def check(self) -> int:
        """Ask for the first page and the facts behind it, as a browser would; print what came; 0 where all is well."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            page, where = _ask(opener, self.url)
            title = re.search(r"<title>(.*?)</title>", page.decode(), re.DOTALL)
            print(f"    title: {' '.join(title[1].split()) if title else '(none)'}", flush=True)
            slug = re.search(r"/c/([^/]+)/", where)
            if title is None or slug is None:
                print("linli: the start page does not lead to a place", flush=True)
                return 1
            facts, _ = _ask(opener, f"{self.url}api/c/{slug[1]}/place.json")
            place = json.loads(facts)
            print(f"    place: {place['name']}, {place['home_count']:,} homes", flush=True)
        except (OSError, ValueError, KeyError) as error:
            print(f"linli: the check failed: {error}", flush=True)
            return 1
        return 0

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        if self._loop is None:
            raise KeyboardInterrupt(signal.Signals(number).name)
        self._stopping.set()

    def _run(self) -> None:
        from waitress import wasyncore  # noqa: PLC0415 -- see `start`

        while not self._stopping.is_set():
            wasyncore.poll(0.5, self._map)
        deadline = time.monotonic() + _LAST_WORDS_S
        self._server.accepting = False
        self._server.del_channel(self._map)
        self._socket.close()
        while self._busy() and time.monotonic() < deadline:
            wasyncore.poll(0.05, self._map)
        self._server.task_dispatcher.shutdown(timeout=1)
        for one in list(self._map.values()):
            with suppress(OSError):
                one.close()

    def _busy(self) -> bool:
        """Whether somebody's answer is being worked on or sent."""
        return any(
            getattr(one, "requests", None) or getattr(one, "total_outbufs_len", 0)
            for one in list(self._map.values())
        )


def _taken(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise InputError(f"--host {host}: not an address of this machine ({error.strerror})") from error
    found = socket.socket(family, kind, protocol)
    if os.name == "posix":  # elsewhere it would let two servers share the port
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(address)
    except OSError as error:
        found.close()
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port}: in use by another program; give another (--port {port + 1}, or PORT={port + 1})"
            ) from error
        raise InputError(
            f"{host}:{port}: cannot be listened on ({error.strerror}); give another --host or --port"
        ) from error
    return found


def _ask(opener: urllib.request.OpenerDirector, url: str) -> tuple[bytes, str]:
    began = time.monotonic()
    with opener.open(url, timeout=_CHECK_TIMEOUT_S) as answer:
        body = answer.read()
        where = str(answer.url)
        print(f"  {answer.status} {where} {len(body):,} bytes, {time.monotonic() - began:.2f} s", flush=True)
    return body, where
