"""Requests to addresses that others chose: never into our own network, never further than the address itself."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

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
        literal = ipaddress.ip_address(host)
    except ValueError:
        if scheme != "https" and not _inner_networks():
            raise RefusedAddressError(
                _("The address is not https; on the open net nothing is sent without it.")
            ) from None
        return
    _check_ip(literal, https=scheme == "https")


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


def _check_ip(ip: IPv4Address | IPv6Address, *, https: bool) -> None:
    """Public addresses by HTTPS; others only in networks that the operator named."""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in _inner_networks() if network.version == ip.version):
        return
    # An IPv4 address inside an IPv6 one would be reached by a tunnel, or by a network's translation.
    inside = isinstance(ip, ipaddress.IPv6Address) and (ip.sixtofour or ip.teredo or ip in _TRANSLATED)
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified or inside:
        raise RefusedAddressError(
            _("The address leads into a private network; only the operator can allow that.")
        )
    if not https:
        raise RefusedAddressError(_("The address is not https; on the open net nothing is sent without it."))


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def _inner_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(one) for one in settings.INNER_NETWORKS]


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
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(one[4][0]) for one in found]
    # All of them: a name that stands for one address of ours and one of somebody else's is a trick.
    for ip in addresses:
        _check_ip(ip, https=https)
    ends = time.monotonic() + _ALL_S
    # Connected to what was checked: asked again, the name might stand for another address.
    wire = socket.create_connection((str(addresses[0]), port), timeout=TIMEOUT_S)
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
