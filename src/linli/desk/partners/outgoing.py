"""Requests to addresses that others chose: never into our own network, never further than the address itself."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from linli.desk.common import network

if TYPE_CHECKING:
    import socket

# For each wait, and for all of them together: whoever answers a letter a second holds nobody up for long.
TIMEOUT_S = 10.0
_ALL_S = 30.0


class RefusedAddressError(ValueError):
    """The address is not one that may be asked; the message says why, in the reader's language."""


def check_url(url: str) -> None:
    """Look whether an address may be asked, as far as it says itself.

    Raises
    ------
    RefusedAddressError
    """
    scheme, host, _port, _path = _split(url)
    try:
        network.check(host, in_clear=scheme == "http")
    except ValueError:
        # A name: where it leads is looked up when it is asked.
        if scheme == "http" and not settings.INNER_NETWORKS:
            raise RefusedAddressError(_not_https()) from None
    except (network.PrivateAddressError, network.OpenNetError) as error:
        raise _refused(error) from error


def _not_https() -> str:
    return _("The address is not https; on the open net nothing is sent without it.")


def _refused(error: Exception) -> RefusedAddressError:
    if isinstance(error, network.OpenNetError):
        return RefusedAddressError(_not_https())
    return RefusedAddressError(
        _("The address leads into a private network; only the operator can allow that.")
    )


def _split(url: str) -> tuple[str, str, int, str]:
    if any(ord(letter) <= 0x20 or ord(letter) >= 0x7F for letter in url):
        raise RefusedAddressError(_("The address holds letters that no address has; write them as %XX."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedAddressError(
            _("This is no web address; give one such as https://example.com/hook.")
        ) from error
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise RefusedAddressError(_("This is no web address; give one such as https://example.com/hook."))
    if parts.username or parts.password or parts.fragment:
        raise RefusedAddressError(
            _("The address holds a name, a password or a part after #; leave them out.")
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a POST and give the status of its answer, of which nothing else is read. Redirects are not followed.

    Raises
    ------
    RefusedAddressError
        The address leads where we do not go.
    OSError, http.client.HTTPException
        It was not reached, or did not answer as a web server does.
    """
    scheme, host, port, path = _split(url)
    https = scheme == "https"
    ends = time.monotonic() + _ALL_S
    try:
        wire = network.connect(host, port, timeout_s=TIMEOUT_S, in_clear=not https)
    except (network.PrivateAddressError, network.OpenNetError) as error:
        raise _refused(error) from error
    try:
        if https:
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
        connection = http.client.HTTPConnection(host, port)
        connection.sock = wire
        connection.request(
            "POST", path, body=body, headers={**headers, "User-Agent": "Linli", "Connection": "close"}
        )
        return _status(wire, ends)
    finally:
        wire.close()


def _status(wire: socket.socket, ends: float) -> int:
    """Read the first line of an answer, and no more than that."""
    line = b""
    while b"\n" not in line and len(line) < 1000:
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        wire.settimeout(min(left, TIMEOUT_S))
        some = wire.recv(200)
        if not some:
            break
        line += some
    version, _space, rest = line.partition(b" ")
    status = rest[:3]
    if not version.startswith(b"HTTP/1.") or len(status) != 3 or not status.isdigit():
        raise http.client.BadStatusLine("no web server")
    return int(status)
