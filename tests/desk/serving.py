"""A desk as it is in service, on a folder and a database of its own, and residents who report to it over loopback."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from linli.engine.streets.place import Inputs

LINLI = [sys.executable, "-c", "import sys; from linli.cli import main; sys.exit(main())"]
_UNSET = (
    "PORT",
    "LINLI_DATA",
    "LINLI_DATABASE_URL",
    "LINLI_SECRET_KEY",
    "LINLI_ALLOWED_HOSTS",
    "DJANGO_SETTINGS_MODULE",
)
SLUG = "village"
_TOKEN = "b" * 32
# What a desk has after a minute at work, and what its director does on the first day.
FIRST_DAY = """
import sys, django
django.setup()
from django_scopes import scope
from linli.desk.common import channels
from linli.desk.matters import actions
from linli.desk.people.models import Account, Post, Role
from linli.desk.common import clock
from linli.desk.places.models import Community
community = Community.objects.get()
with scope(community=community):
    actions.seed_matters(community=community)
    account = Account.objects.create_user("director", password="four words and a half", name="Director")
    Post.objects.create(account=account, community=community, role=Role.DIRECTOR, since=clock.now(), last_used_at=clock.now())
if sys.argv[1]:
    channels.set_gateway(community=community, channel="sms", url=sys.argv[1], by="system")
"""


def environment(**more: str) -> dict[str, str]:
    # A proxy that nobody answers at: whoever asks the network for anything fails.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    return {key: value for key, value in os.environ.items() if key not in _UNSET} | nowhere | more


def linli(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LINLI, *map(str, arguments)], env=environment(**more), capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip


@contextmanager
def started(*arguments: object, **more: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*LINLI, *map(str, arguments)], env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def place_arguments(inputs: Inputs) -> list[object]:
    return [
        "--place",
        inputs.path,
        "--homes-register",
        inputs.homes_register,
        "--name",
        "桥头村",
        "--slug",
        "village",
    ]


@dataclass
class Desk:
    """A data folder, and how to get at it."""

    data: Path
    given: dict[str, str] = field(default_factory=dict)

    def linli(self, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        return linli(*arguments, "--data", self.data, **(self.given | more))

    def run(self, code: str, *arguments: str, patience_s: float = 900) -> str:
        given = environment(
            LINLI_DATA=str(self.data), DJANGO_SETTINGS_MODULE="linli.desk.config.settings", **self.given
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], env=given, capture_output=True, text=True, timeout=patience_s, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, expression: str) -> str:
        """Evaluate an expression of Django's in the desk's database."""
        return self.run(_ASK.format(expression=expression)).strip()


_ASK = """
import django
django.setup()
from django_scopes import scopes_disabled
from linli.desk.common.models import *
from linli.desk.matters.models import *
from linli.desk.people.models import *
with scopes_disabled():
    print({expression})
"""


@contextmanager
def database(engine: str, name: str) -> Iterator[dict[str, str]]:
    """Give the environment of a new database; on PostgreSQL it is gone afterwards."""
    if engine == "sqlite":
        yield {}
        return
    server = os.environ.get("LINLI_TEST_POSTGRESQL", "")
    if not server:
        message = (
            "POSTGRESQL IS ABSENT: what runs as a process is not tried on it (set LINLI_TEST_POSTGRESQL)"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    import psycopg  # noqa: PLC0415 -- only where there is a server

    name = f"linli_{name}_{os.getpid()}_{uuid.uuid4().hex[:6]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {"LINLI_DATABASE_URL": f"{server.rsplit('/', 1)[0]}/{name}"}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def opened(data: Path, inputs: Inputs, given: dict[str, str], *, gateway: str = "") -> Desk:
    """A village with categories, a director, and a gateway for SMS if there is one."""
    # A gateway of the test's own is reached without a proxy.
    desk = Desk(data, given | {"no_proxy": "127.0.0.1"})
    done = desk.linli("up", "--check", *place_arguments(inputs))
    assert done.returncode == 0, done.stdout + done.stderr
    desk.run(FIRST_DAY, gateway)
    return desk


@dataclass
class Answer:
    status: int
    location: str
    body: bytes


def post(url: str, path: str, fields: dict[str, str], *, photo: bytes = b"", address: str = "") -> Answer:
    """Send a form as a browser does; `address` is what the web server in front says the resident's is."""
    parts = urlsplit(url)
    body, kind = _body(fields, photo)
    headers = {
        "Content-Type": kind,
        "Cookie": f"csrftoken={_TOKEN}",
        "X-CSRFToken": _TOKEN,
        "Origin": f"http://{parts.netloc}",
        "Accept-Language": "en",
    }
    if address:
        headers |= {"X-Forwarded-For": address, "X-Forwarded-Proto": "http"}
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get("Location", ""), answer.read())
    finally:
        connection.close()


def _body(fields: dict[str, str], photo: bytes) -> tuple[bytes, str]:
    if not photo:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    edge = "linli-edge"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n'.encode(),
        b"Content-Type: image/jpeg\r\n\r\n" + photo + f"\r\n--{edge}--\r\n".encode(),
    ]
    return b"".join(parts), f"multipart/form-data; boundary={edge}"


def report(
    url: str,
    key: str,
    *,
    words: str,
    phone: str = "",
    name: str = "Wang",
    photo: bytes = b"",
    address: str = "",
) -> Answer:
    """Report a lamp that is dark, somewhere that only words tell."""
    fields = {
        "request_key": key, "category": "lighting", "words": words, "place_words": "by the bridge",
        "q-lighting-lamp": "in_the_street",
    }  # fmt: skip
    if phone:
        fields |= {"name": name, "phone": phone, "channel": "sms", "consent": "yes"}
    return post(url, f"/c/{SLUG}/report/", fields, photo=photo, address=address)


def code_in(answer: Answer) -> str:
    """The follow code a report was answered with."""
    found = re.fullmatch(rf"/c/{SLUG}/follow/([^/]+)/received/", answer.location)
    assert found, f"{answer.status}: {answer.body.decode(errors='replace')[:2000]}"
    return found[1]
