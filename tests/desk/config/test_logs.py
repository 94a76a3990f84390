"""The log says what was asked for and how it went, and nothing that anybody wrote, is called or may open."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django_scopes import scope

from linli.desk.common.models import Upload
from linli.desk.config.logs import REQUESTS, JSONFormatter, LineFormatter, request_id
from linli.desk.matters.models import Matter
from tests.desk.matters.conftest import office, time
from tests.desk.pages.resident.test_report import form, picture
from tests.desk.people.conftest import Office

__all__ = ["office", "time"]

NAME, WORDS, PHONE, EMAIL = "Xqwzhang", "鼍罍 was left by the bridge", "13912345678", "xqwzhang@example.com"
ADDRESS = "203.0.113.77"
MARKS = ("xqwzhang", "鼍罍", PHONE, "%E9%BC%8D", "\\u9f0d", ADDRESS)
VERBS = ("reply", "callback", "reopen", "withdraw", "unfollow", "xqwzhang")


@pytest.fixture(params=[JSONFormatter, LineFormatter])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Whatever the desk writes down meanwhile, in either form."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(request.param())
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


def marks_in(log: io.StringIO, *more: str) -> list[str]:
    written = log.getvalue().lower()
    return [mark for mark in (*MARKS, *more) if mark.lower() in written]


def told(**more: object) -> dict:
    fields = dict.fromkeys(
        ("words", "text", "place_words", "q", "at", "code", "spot", "join", "photo", "near_seen"), WORDS
    )
    return fields | {"name": NAME, "phone": PHONE, "email": EMAIL, "rating": WORDS, "next": f"/{NAME}"} | more


def addresses(code: str, matter_code: str, key: uuid.UUID) -> list[tuple[str, str]]:
    """Every address of a resident's pages, with the right codes and with words in their place."""
    found = []
    [resolver] = [one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "resident"]
    for pattern in resolver.url_patterns:
        asked = pattern.pattern.converters
        for right in (True, False):
            value = {
                "slug": "willow" if right else NAME.lower(),
                "code": (matter_code if "/matters/" in str(pattern.pattern) else code) if right else WORDS,
                "token": WORDS,
                "key": key,
            }
            for verb in VERBS if "verb" in asked else [""]:
                given = {name: verb if name == "verb" else value[name] for name in asked}
                found.append((f"resident:{pattern.name}", reverse(f"resident:{pattern.name}", kwargs=given)))
    return found


def test_nothing_that_a_resident_sends_is_in_the_log(office: Office, log: io.StringIO) -> None:
    client = Client(headers={"accept-language": "en"}, REMOTE_ADDR=ADDRESS)
    sent = client.post(
        "/c/willow/report/",
        form(words=WORDS, name=NAME, phone=PHONE, channel="sms", consent="yes", photos=picture()),
    )
    code = sent["Location"].split("/")[4]
    assert client.get(sent["Location"]).status_code == 200
    with scope(community=office.community):
        matter, upload = Matter.objects.get(), Upload.objects.get()
    assert (
        client.post(
            f"/c/willow/follow/{code}/reply/", {"text": WORDS, "request_key": uuid.uuid4()}
        ).status_code
        == 302
    )
    seen = set()
    for name, path in addresses(code, matter.code, upload.key):
        client.get(path, told())
        client.post(path, told(request_key=uuid.uuid4()))
        client.post(path, told(request_key=WORDS, photos=picture(), photo=picture()))
        seen.add(name)
    assert len(seen) >= 17
    client.post(f"/c/willow/follow/{code}/my-data/file/")
    client.post(f"/c/willow/follow/{code}/my-data/forget/", {"sure": "yes", "request_key": uuid.uuid4()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client.handler, "enforce_csrf_checks", True)
        assert client.post("/c/willow/report/", told()).status_code == 403
    client.get(f"/{NAME}/", told(), HTTP_HOST=f"{NAME}.example")
    assert marks_in(log, code, code.replace("-", "")) == []
    lines = log.getvalue().splitlines()
    assert len(lines) > 100
    assert any("resident:followed" in line and "willow" in line for line in lines)


def test_request_is_told_by_its_route(office: Office) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONFormatter())
    logging.getLogger(REQUESTS).addHandler(handler)
    try:
        answer = Client().get("/c/willow/report/?at=somewhere")
    finally:
        logging.getLogger(REQUESTS).removeHandler(handler)
    [line] = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert line.pop("ms") > 0
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "INFO", "logger": "linli.requests", "message": "request", "request_id": answer["X-Request-ID"],
        "route": "resident:report", "method": "GET", "status": 200, "community": "willow",
    }  # fmt: skip


def test_error_is_told_by_its_kind_and_place_not_by_its_words(log: io.StringIO) -> None:
    def fail() -> None:
        try:
            int(WORDS)
        except ValueError as error:
            raise KeyError(PHONE) from error

    token = request_id.set("abc")
    try:
        fail()
    except KeyError:
        logging.getLogger("django.request").exception("%s: %s", "Internal Server Error", f"/c/willow/{NAME}/")
        logging.getLogger("linli.desk.common.outbox").exception("message:%s failed", 12)
    finally:
        request_id.reset(token)
    assert marks_in(log) == []
    written = log.getvalue()
    assert "KeyError" in written
    assert "ValueError" in written
    assert "test_logs.py" in written
    assert "message:12 failed" in written


def test_sentences_of_other_programs_are_told_without_what_fills_them(log: io.StringIO) -> None:
    logging.getLogger("elsewhere").error("could not reach %s", PHONE)
    logging.getLogger("elsewhere").error(f"could not reach {NAME}")  # noqa: G004 -- as others do
    assert marks_in(log) == []
    assert "could not reach %s" in log.getvalue()


@pytest.mark.parametrize("method", [NAME, "BREW"])
def test_method_that_is_none_is_not_repeated(office: Office, log: io.StringIO, method: str) -> None:
    Client().generic(method, "/c/willow/report/")
    assert marks_in(log, "brew") == []
    assert "OTHER" in log.getvalue()
