"""Connections to servers that others name: never into our own network, unless the operator has named that network."""

from __future__ import annotations

import ipaddress
import socket

from django.conf import settings

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddressError(ValueError):
    """The name leads into a private network."""


def public_address(host: str, port: int) -> str:
    """Look a name up, and give the address to connect to: asked again, the name might stand for another.

    `settings.INNER_NETWORKS` names the private networks that may be reached all the same.

    Raises
    ------
    PrivateAddressError
        One of its addresses is private: a name that stands for one of ours and one of somebody else's is a trick.
    OSError
        There is no such name.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("no name") from error
    addresses = [str(one[4][0]) for one in found]
    if any(_is_private(address) for address in addresses):
        raise PrivateAddressError(host)
    return addresses[0]


def _is_private(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    inner = [ipaddress.ip_network(one) for one in settings.INNER_NETWORKS]
    if any(ip in network for network in inner if network.version == ip.version):
        return False
    # An IPv4 address inside an IPv6 one would be reached by a tunnel, or by a network's translation.
    inside = isinstance(ip, ipaddress.IPv6Address) and (ip.sixtofour or ip.teredo or ip in _TRANSLATED)
    return bool(not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified or inside)
