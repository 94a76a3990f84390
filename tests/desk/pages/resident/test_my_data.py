"""What is kept about a resident is theirs to see, take away and have deleted."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import connection
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.common.models import Upload
from linli.desk.matters.models import Matter
from linli.desk.people.models import Resident
from tests.desk.pages.resident.test_report import picture, reader, sent
from tests.desk.people.conftest import Office, make_office

SECRET, PHONE = "Wang Xiaoming lost the blue key", "13912345678"


def told() -> dict:
    return {
        "words": SECRET, "name": "Wang Xiaoming", "phone": PHONE, "channel": "sms", "consent": "yes",
        "photos": picture(),
    }  # fmt: skip


def files(key: str) -> list[Path]:
    return list(Path(settings.DATA, "uploads").rglob(f"{key}*"))


def test_reporter_who_left_a_number_sees_and_takes_away_what_is_kept(office: Office) -> None:
    code = sent(reader(), **told())
    follow = reader().get(f"/c/willow/follow/{code}/")
    assert follow.status_code == 200
    assert f"/c/willow/follow/{code}/my-data/" in follow.content.decode()
    page = reader().get(f"/c/willow/follow/{code}/my-data/").content.decode()
    assert PHONE in page
    kept = reader().post(f"/c/willow/follow/{code}/my-data/file/").json()
    assert kept["resident"]["phone"] == PHONE


def test_erasing_leaves_no_trace_and_the_chain_whole(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    code = sent(reader(), **told())
    client = reader()
    forget = f"/c/willow/follow/{code}/my-data/forget/"
    client.post(forget, {"request_key": str(uuid.uuid4())})
    with scope(community=office.community):
        assert Resident.objects.get().erased_at is None
        key = str(Upload.objects.get().key)
    assert len(files(key)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(forget, {"request_key": str(uuid.uuid4()), "sure": "yes"}).status_code == 302
    with scope(community=office.community):
        matter = Matter.objects.get()
        assert Resident.objects.get().erased_at is not None
    assert SECRET not in matter.words
    assert ledger.verify(community=office.community) == []
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = repr(cursor.fetchall())
        assert "blue key" not in rows, table
        assert PHONE not in rows, table
        # The search index keeps words one by one.
        assert "xiaoming" not in rows.lower(), table
    assert files(key) == []


def test_my_data_of_a_wrong_code_or_community_is_absent(office: Office) -> None:
    make_office("river")
    code = sent(reader(), **told())
    for path in ("/c/willow/follow/7KQ2-M4XN-9P", f"/c/river/follow/{code}"):
        assert reader().get(f"{path}/my-data/").status_code == 404
        assert reader().post(f"{path}/my-data/file/").status_code == 404
        assert reader().post(f"{path}/my-data/forget/", {"sure": "yes"}).status_code == 404
