"""Whatever ends reading when: each mail is one matter, and its sender is told once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.common.models import Message
from linli.desk.matters import actions, mailbox_actions, mailbox_reading
from linli.desk.matters.models import Mail, Mailbox, Matter
from tests.desk.matters.letters import letter
from tests.desk.matters.test_mailbox import look, settled
from tests.desk.people.conftest import Office, make_office
from tests.imap import Dovecot


class CuttingProxy:
    """Between Linli and the server; breaks off as soon as Linli says a certain word."""

    def __init__(self, to: int, word: bytes) -> None:
        self.to, self.word, self.cuts = to, word, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _address = self.listening.accept()
                there = socket.create_connection(("127.0.0.1", self.to))
                threading.Thread(target=self._pass_on, args=(there, here, None), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(here, there, self.word), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, word: bytes | None) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if word is not None and self.word and self.word in data:
                    self.cuts += 1
                    break
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def cut_at(server: Dovecot, word: bytes) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(server.port, word)
    yield proxy
    proxy.listening.close()


@pytest.mark.parametrize("word", [b"STORE", b"BODY.PEEK", b"RFC822.SIZE", b"SEARCH"])
def test_connection_cut_off_at_any_step_loses_and_doubles_nothing(
    office: Office, dovecot: Dovecot, word: bytes
):
    with cut_at(dovecot, word) as proxy:
        settled(office, dovecot, host="127.0.0.1", port=proxy.port, security="none")
        dovecot.put(*(letter(mark=f"<{n}@x>") for n in range(3)))
        look()
        assert proxy.cuts == 1
        box = Mailbox.objects.get()
        assert box.problem in {"broken", "unreachable"}
        if word == b"STORE":
            # Committed, and not yet marked: nobody is told again for that.
            assert (Matter.objects.count(), dovecot.flags()) == (3, [False] * 3)
        proxy.word = b""
        look()
    assert Matter.objects.count() == 3
    assert Message.objects.filter(topic="matter.receive").count() == 3
    assert dovecot.flags() == [True] * 3


def _hostile(says: Callable[[bytes], bytes]) -> socket.socket:
    """A server that answers each line as it is told, and then goes on with a letter at a time."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            here, _address = listening.accept()
            with here, here.makefile("rb") as lines:
                here.sendall(b"* OK ready\r\n")
                for line in lines:
                    if answer := says(line):
                        here.sendall(answer)
                        continue
                    while True:
                        here.sendall(b"*")
                        time.sleep(0.05)

    threading.Thread(target=serve, daemon=True).start()
    return listening


def _capable(line: bytes) -> bytes:
    tag, *_rest = line.split()
    return b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK\r\n" if b"CAPABILITY" in line else b""


def _announcing(line: bytes) -> bytes:
    return _capable(line) or b"* 1 FETCH (BODY[] {999999999999}\r\n"


@pytest.mark.parametrize("says", [_capable, _announcing])
def test_server_that_never_ends_is_left(
    office: Office, settings, monkeypatch: pytest.MonkeyPatch, says: Callable[[bytes], bytes]
):
    settings.INNER_NETWORKS = ("127.0.0.0/8",)
    monkeypatch.setattr("linli.desk.matters.mailbox_server.LONGEST_S", 0.5)
    with _hostile(says) as server:
        mailbox_actions.set_mailbox(
            by=office.actor("director"), host="127.0.0.1", port=server.getsockname()[1], security="none", username="a",
            password="b", folder="", address="", enabled=True,
        )  # fmt: skip
        began = time.monotonic()
        assert look() == 0
    assert time.monotonic() - began < 5
    assert Mailbox.objects.get().problem in {"broken", "unreachable"}


def test_two_who_look_at_once_take_each_mail_once(transactional_db: None, dovecot: Dovecot):
    del transactional_db
    office = _real_office(dovecot)
    dovecot.put(*(letter(mark=f"<{n}@x>") for n in range(4)))
    together = threading.Barrier(2)
    problems: list[BaseException] = []

    def run() -> None:
        try:
            with scope(community=office.community):
                box = Mailbox.objects.select_related("community").get()
                together.wait(10)
                mailbox_reading.look_into(box)
        except BaseException as error:  # noqa: BLE001
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    _each_once(office, 4)


def test_sweep_reads_in_a_thread_of_its_own(transactional_db: None, dovecot: Dovecot):
    del transactional_db
    office = _real_office(dovecot)
    dovecot.put(letter())
    assert mailbox_reading.look_for_mail() == 1
    ends = time.monotonic() + 20
    while "linli-mail" in {thread.name for thread in threading.enumerate()} and time.monotonic() < ends:
        time.sleep(0.05)
    _each_once(office, 1)
    # Not due again for a minute.
    assert mailbox_reading.look_for_mail() == 0


def _real_office(server: Dovecot) -> Office:
    office = make_office("oak")
    with scope(community=office.community):
        actions.seed_matters(community=office.community)
        settled(office, server)
    return office


def _each_once(office: Office, count: int) -> None:
    with scope(community=office.community):
        words = list(Matter.objects.values_list("words", flat=True))
        assert (len(words), Mail.objects.filter(state="matter").count()) == (count, count)
        assert Message.objects.filter(topic="matter.receive").count() == count
        assert ledger.verify(community=office.community) == []


_READER = """
import django
django.setup()
from django.db import connections
from linli.desk.matters import mailbox_reading
from linli.desk.matters.models import Mailbox
from django_scopes import scopes_disabled
print("ready", flush=True)
while True:
    with scopes_disabled():
        Mailbox.objects.update(due_at="2026-01-01T00:00:00Z")
    mailbox_reading.look_into_all()
"""


@pytest.mark.slow
def test_reader_killed_at_random_moments_takes_each_mail_once(
    transactional_db: None, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
):
    del transactional_db
    monkeypatch.setattr("linli.desk.matters.mailbox_taking.MOST_A_DAY", 1000)
    office = _real_office(dovecot)
    sent = 0
    for round_ in range(4):
        dovecot.put(*(letter(sender=f"s{sent + n}@x.cn", mark=f"<{sent + n}@x>") for n in range(8)))
        sent += 8
        _killed_after(0.05 + 0.2 * round_)
    with scope(community=office.community):
        Mailbox.objects.update(due_at="2026-01-01T00:00:00Z")
        mailbox_reading.look_into_all()
    _each_once(office, sent)
    assert dovecot.flags() == [True] * sent


def _killed_after(seconds: float) -> None:
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "linli.desk.config.settings", "LINLI_DATABASE_URL": url,
        "LINLI_DATA": str(django_settings.DATA), "LINLI_SECRET_KEY": django_settings.SECRET_KEY,
        "LINLI_INNER_NETWORKS": "127.0.0.0/8,::1/128",
    }  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", _READER], env=environment, stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        reader.send_signal(signal.SIGKILL)
