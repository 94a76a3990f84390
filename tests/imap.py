"""A real IMAP server (Dovecot) of one mailbox, on loopback, with its own folder and certificate, gone after the test.

Without Dovecot the tests that need it are skipped with a loud line; with CI=true its absence is a failure.
"""

from __future__ import annotations

import datetime as dt
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "post@willow.example", '春天的邮箱 &"1'


@dataclass
class Dovecot:
    """Where it listens, and hands to put mail into the mailbox as a mail server would."""

    program: Path
    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def open(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as client:
            client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            client.select(folder)
            yield client

    def put(self, *mails: bytes, flags: str = "", folder: str = "INBOX") -> None:
        with self.open() as client:
            for mail in mails:
                status, told = client.append(folder, flags, None, mail)
                assert status == "OK", told

    def flags(self) -> list[bool]:
        """Which messages are marked as read, in order."""
        with self.open() as client:
            _status, told = client.fetch("1:*", "(FLAGS)")
            return [b"\\Seen" in line for line in told if line]

    def renumber(self) -> None:
        """Give every message another number, as a restored backup does: the UIDVALIDITY changes."""
        self.stop()
        for file in self.folder.joinpath("mail").glob("dovecot*"):
            file.unlink()
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "-F", "-c", self.folder / "conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )  # fmt: skip
        ends = time.monotonic() + 10
        while time.monotonic() < ends and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        log = self.folder / "log"
        pytest.fail(f"dovecot did not start: {log.read_text() if log.exists() else 'no log'}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _configuration(server: Dovecot) -> str:
    folder = server.folder
    me = pwd.getpwuid(os.getuid())
    group = grp.getgrgid(os.getgid()).gr_name
    # As root, mail is kept by another user: Dovecot refuses to serve root's.
    owner = ("nobody", "nogroup") if os.getuid() == 0 else (me.pw_name, group)
    inside = ("dovenull", "dovecot") if os.getuid() == 0 else (me.pw_name, me.pw_name)
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
default_login_user = {inside[0]}
default_internal_user = {inside[1]}
default_internal_group = {"dovecot" if os.getuid() == 0 else group}
protocols = imap
listen = 127.0.0.1
first_valid_uid = 0
mail_location = maildir:{folder}/mail
mail_fsync = never
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner[0]} gid={owner[1]} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {server.port}
  }}
  inet_listener imaps {{
    port = {server.tls_port}
    ssl = yes
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@pytest.fixture(scope="session")
def dovecot_program() -> Path:
    found = shutil.which("dovecot", path=f"/usr/sbin:{os.environ.get('PATH', '')}")
    if found is None:
        message = "DOVECOT IS ABSENT: mail is not read from a real server (install dovecot-imapd)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return Path(found)


@pytest.fixture(scope="session")
def _running(dovecot_program: Path) -> Iterator[Dovecot]:
    # Not pytest's own folder: its processes run as other users, who must be able to come in.
    with tempfile.TemporaryDirectory(prefix="linli-imap-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        (folder / "mail").chmod(0o777)
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        _certificate(folder)
        server = Dovecot(dovecot_program, folder, _free_port(), _free_port())
        (folder / "conf").write_text(_configuration(server), encoding="utf-8")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def dovecot(_running: Dovecot, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    """The server with an empty mailbox; the desk may reach it, and knows who signed its certificate."""
    settings.INNER_NETWORKS = ("127.0.0.0/8", "::1/128")
    monkeypatch.setenv("SSL_CERT_FILE", str(_running.folder / "cert.pem"))
    yield _running
    with _running.open() as client:
        if client.search(None, "ALL")[1] == [b""]:
            return
        client.store("1:*", "+FLAGS", r"(\Deleted)")
        client.expunge()
