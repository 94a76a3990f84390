"""Connections to servers that others name: never into our own network, unless the operator has named that network."""

from __future__ import annotations

import ipaddress
import socket

from django.conf import settings

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """The name leads into a private network."""


class OpenNetError(Exception):
    """The name leads to the open net, where nothing goes unencrypted."""


def connect(host: str, port: int, *, timeout_s: float, in_clear: bool = False) -> socket.socket:
    """Connect to the address that was looked at: asked again, the name might stand for another.

    `settings.INNER_NETWORKS` names the private networks that may be reached all the same.

    Parameters
    ----------
    in_clear : what is sent is not encrypted, so it goes into those networks only.

    Raises
    ------
    PrivateAddressError
        One of its addresses is private: a name that stands for one of ours and one of somebody else's is a trick.
    OpenNetError
        One is not in those networks, and what is sent is not encrypted.
    OSError
        There is no such name, or nobody answers there.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("no name") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses:
        check(address, in_clear=in_clear)
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout_s)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), timeout_s)


def check(address: str, *, in_clear: bool = False) -> None:
    """Look whether one address may be reached; raises as `connect` does."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    inner = [ipaddress.ip_network(one) for one in settings.INNER_NETWORKS]
    if any(ip in network for network in inner if network.version == ip.version):
        return
    # An IPv4 address inside an IPv6 one would be reached by a tunnel, or by a network's translation.
    inside = isinstance(ip, ipaddress.IPv6Address) and (ip.sixtofour or ip.teredo or ip in _TRANSLATED)
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified or inside:
        raise PrivateAddressError(address)
    if in_clear:
        raise OpenNetError(address)
