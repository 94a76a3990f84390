"""Where the desk connects to, and where never."""

from __future__ import annotations

import socket

import pytest

from linli.desk.common.network import PrivateAddressError, connect


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "localhost", "2130706433", "127.1",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(settings, host: str):
    settings.INNER_NETWORKS = ()
    with pytest.raises((PrivateAddressError, socket.gaierror)):
        connect(host, 143, timeout_s=0.2)


def test_networks_that_the_operator_named_are_reached(settings):
    settings.INNER_NETWORKS = ("127.0.0.0/8", "::1/128")
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost", "::ffff:127.0.0.1"):
            with connect(host, server.getsockname()[1], timeout_s=2) as wire:
                assert wire.getpeername()[1] == server.getsockname()[1]
    settings.INNER_NETWORKS = ("127.0.0.2/32",)
    with pytest.raises(PrivateAddressError):
        connect("127.0.0.1", 143, timeout_s=0.2)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 70 + ".example", ".", "a..b"])
def test_names_that_are_none_are_errors_of_the_network(settings, host: str):
    settings.INNER_NETWORKS = ()
    with pytest.raises(OSError, match=r".*"):
        connect(host, 143, timeout_s=0.2)
