"""A mailbox as its IMAP server shows it: what is there, one message, marked as read. Nothing is known here of matters."""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from linli.desk.common.network import PrivateAddressError, connect
from linli.desk.matters.models import Mailbox

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

# For each wait, and for all of them together: whoever answers a letter a second holds up nobody else's mail for long.
TIMEOUT_S, LONGEST_S = 15.0, 300.0
MOST_BYTES = 100 * 1024 * 1024
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MailboxError(Exception):
    """The mailbox cannot be read; `problem` is a key of `mailbox_reasons.PROBLEMS`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class _Bounded(imaplib.IMAP4):
    """Takes no more at once than any message may have, whatever a server announces."""

    def read(self, size: int) -> bytes:
        """Read so many bytes."""
        if size > MOST_BYTES:
            raise self.abort("more than any message")
        return super().read(size)


class _Plain(_Bounded):
    """Never into a private network."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return connect(self.host, self.port, timeout_s=timeout or TIMEOUT_S)


class _Tls(_Bounded, imaplib.IMAP4_SSL):
    """Likewise, its certificate checked against the name that was given."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        wire = connect(self.host, self.port, timeout_s=timeout or TIMEOUT_S)
        context: ssl.SSLContext = self.ssl_context
        return context.wrap_socket(wire, server_hostname=self.host)


class Inbox:
    """One folder, opened.

    Attributes
    ----------
    uid_validity : numbers of messages mean something as long as this stays the same.
    next_uid : the number of the message that comes next.
    """

    def __init__(self, server: imaplib.IMAP4, folder: str) -> None:
        self._server = server
        name = _quoted(folder)
        try:
            status, _count = server.select(name)
            _status, told = server.status(name, "(UIDVALIDITY UIDNEXT)") if status == "OK" else ("", [b""])
        except imaplib.IMAP4.error as error:
            raise MailboxError("folder") from error
        if status != "OK":
            raise MailboxError("folder")
        numbers = dict(re.findall(r"(UIDVALIDITY|UIDNEXT) (\d+)", _text(told)))
        if "UIDVALIDITY" not in numbers:
            raise MailboxError("broken")
        self.uid_validity = int(numbers["UIDVALIDITY"])
        self.next_uid = int(numbers.get("UIDNEXT", "0")) or max(self._found("1:*"), default=0) + 1

    def after(self, uid: int) -> list[int]:
        """Number the messages that came after one, in order."""
        # "7:*" is the last message where there is none from 7 on.
        return sorted(found for found in self._found(f"{uid + 1}:*") if found > uid)

    def unread(self, *, upto: int, since: dt.date | None) -> set[int]:
        """Number those up to one that nobody has read, or that are from that day on."""
        found = set(self._found(f"1:{max(upto, 1)}", "UNSEEN"))
        if since is not None:
            day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
            found |= set(self._found(f"1:{max(upto, 1)}", f"SINCE {day}"))
        return {uid for uid in found if uid <= upto}

    def _found(self, numbers: str, more: str = "") -> list[int]:
        _status, told = self._server.uid("SEARCH", f"UID {numbers} UNDELETED {more}".strip())
        return [int(number) for number in _text(told).split() if number.isdigit()]

    def size(self, uid: int) -> int | None:
        """Say how large a message is; None for one that is gone."""
        _status, told = self._server.uid("FETCH", str(uid), "(RFC822.SIZE)")
        found = re.search(r"RFC822\.SIZE (\d+)", _text(told))
        return int(found[1]) if found else None

    def read(self, uid: int, *, head_only: bool = False) -> bytes | None:
        """Read a message without marking it; None for one that is gone."""
        part = "(BODY.PEEK[HEADER])" if head_only else "(BODY.PEEK[])"
        _status, told = self._server.uid("FETCH", str(uid), part)
        return next((one[1] for one in told if isinstance(one, tuple)), None)

    def mark(self, uids: Iterable[int]) -> None:
        """Mark messages as read."""
        self._server.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Seen)")

    def counts(self) -> tuple[int, int]:
        """Count the messages there, and those nobody has read."""
        return len(self._found("1:*")), len(self._found("1:*", "UNSEEN"))


@contextmanager
def opened(box: Mailbox) -> Iterator[Inbox]:
    """Open a mailbox's folder; whatever goes wrong on the way or meanwhile is a MailboxError.

    Raises
    ------
    MailboxError
    """
    server: imaplib.IMAP4 | None = None
    ends: threading.Timer | None = None
    try:
        server = _connected(box)
        ends = threading.Timer(LONGEST_S, _break_off, [server])
        ends.daemon = True
        ends.start()
        _log_in(server, box)
        yield Inbox(server, box.folder)
    except PrivateAddressError as error:
        raise MailboxError("private") from error
    except ssl.SSLError as error:
        raise MailboxError("certificate") from error
    except OSError as error:
        raise MailboxError("unreachable") from error
    except imaplib.IMAP4.error as error:
        raise MailboxError("broken") from error
    finally:
        if ends is not None:
            ends.cancel()
        if server is not None:
            _leave(server)


def _break_off(server: imaplib.IMAP4) -> None:
    with suppress(OSError):
        server.socket().shutdown(socket.SHUT_RDWR)


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (OSError, imaplib.IMAP4.error):
        with suppress(OSError):
            server.shutdown()


def _connected(box: Mailbox) -> imaplib.IMAP4:
    if box.security == Mailbox.Security.TLS:
        return _Tls(box.host, box.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT_S)
    server = _Plain(box.host, box.port, timeout=TIMEOUT_S)
    if box.security == Mailbox.Security.STARTTLS:
        server.starttls(ssl.create_default_context())
    return server


def _log_in(server: imaplib.IMAP4, box: Mailbox) -> None:
    try:
        if (box.username + box.password).isascii():
            server.login(box.username, box.password)
        else:
            # LOGIN knows no other letters.
            server.authenticate("PLAIN", lambda _challenge: f"\0{box.username}\0{box.password}".encode())
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeError) as error:
        raise MailboxError("login") from error
    if "ID" in _capabilities(server):
        # Some large providers open no folder to a client that has not said what it is.
        with suppress(imaplib.IMAP4.error):
            server.xatom("ID", '("name" "linli")')


def _capabilities(server: imaplib.IMAP4) -> set[str]:
    # What is offered after the login is often more than before it.
    _status, told = server.capability()
    return set(_text(told).upper().split())


def _text(told: list[Any]) -> str:
    parts = [part for one in told for part in (one if isinstance(one, tuple) else (one,))]
    return b" ".join(part for part in parts if isinstance(part, bytes)).decode("ascii", "replace")


def _quoted(folder: str) -> str:
    """Write a folder's name as IMAP does (RFC 3501, 5.1.3): other letters than ASCII in a base 64 of their own."""
    written = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder):
        if run.isascii() and run.isprintable():
            written.append(run.replace("&", "&-"))
        else:
            coded = base64.b64encode(run.encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
            written.append(f"&{coded.decode()}-")
    name = "".join(written).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}"'
