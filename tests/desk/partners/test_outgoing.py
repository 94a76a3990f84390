"""Where requests of ours may go."""

from __future__ import annotations

import socket
import threading
from http.client import HTTPException

import pytest

from linli.desk.partners import outgoing
from linli.desk.partners.outgoing import RefusedAddressError

PRIVATE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[ff02::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_private_address_is_refused_before_anything_is_sent(host: str) -> None:
    with pytest.raises(RefusedAddressError):
        outgoing.check_url(f"https://{host}/hook")
    with pytest.raises(RefusedAddressError):
        outgoing.post(f"https://{host}/hook", body=b"", headers={})


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "LOCALHOST", "localhost."])
def test_other_spellings_of_this_machine_are_refused_when_looked_up(host: str) -> None:
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        pytest.skip("this machine does not know the spelling")
    with pytest.raises(RefusedAddressError):
        outgoing.post(f"https://{host}/hook", body=b"", headers={})


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a b", "https://example.com/\r\nHost: x", "https://例子.cn/", "https:///x", "example.com",
        "https://example.com:99999/", "https://example.com/#part", "https://user@example.com/", "file:///etc/passwd",
        "gopher://example.com/", "https://[::1", "",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        outgoing.check_url(url)


def test_public_address_is_asked_by_https_only() -> None:
    outgoing.check_url("https://8.8.8.8/hook")
    outgoing.check_url("https://example.com/hook?key=1")
    with pytest.raises(RefusedAddressError):
        outgoing.check_url("http://8.8.8.8/hook")


def test_name_that_leads_inside_with_one_of_its_addresses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(host: str, port: int, **_more: object) -> list[tuple]:
        return [(2, 1, 6, "", (ip, port)) for ip in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with pytest.raises(RefusedAddressError):
        outgoing.post("https://two.example.com/", body=b"", headers={})


def test_network_named_by_the_operator_may_be_asked(settings) -> None:
    settings.INNER_NETWORKS = ("10.1.0.0/16",)
    outgoing.check_url("http://10.1.2.3/hook")
    with pytest.raises(RefusedAddressError):
        outgoing.check_url("http://10.2.0.1/hook")


@pytest.fixture
def answering(settings):
    """A server that answers each connection with given bytes."""
    settings.INNER_NETWORKS = ("127.0.0.0/8",)
    server = socket.create_server(("127.0.0.1", 0))
    answers: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                wire, _address = server.accept()
            except OSError:
                return
            with wire:
                wire.recv(4096)
                wire.sendall(answers[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def answer(line: bytes) -> int:
        answers[:] = [line]
        return outgoing.post(f"http://127.0.0.1:{server.getsockname()[1]}/", body=b"{}", headers={})

    yield answer
    server.close()


def test_status_is_all_that_is_read_of_an_answer(answering) -> None:
    assert answering(b"HTTP/1.1 204 No Content\r\n\r\n" + b"x" * 100_000) == 204


@pytest.mark.parametrize("line", [b"", b"SSH-2.0\r\n", b"HTTP/1.1 abc\r\n", b"HTTP/1.1 20", b"\x00" * 2000])
def test_who_does_not_answer_as_a_web_server_is_not_reached(answering, line: bytes) -> None:
    with pytest.raises((HTTPException, OSError)):
        answering(line)
