"""What was received is a matter once: when its code is opened, or when nobody opens it."""

from __future__ import annotations

import uuid
from io import BytesIO

import pytest
from django.db import connection
from django_scopes import scope
from PIL import Image

from linli.desk.common import ledger
from linli.desk.common.limits import LimitedError
from linli.desk.common.models import Upload
from linli.desk.common.uploads import store_photo
from linli.desk.matters import actions, sweeps
from linli.desk.matters.actions import slips
from linli.desk.matters.models import Category, Follower, Matter, Slip, Source, Step
from linli.desk.people.actors import RESIDENT
from linli.desk.people.models import Resident
from tests.desk.clock import Frozen
from tests.desk.matters.conftest import IN_FIRST
from tests.desk.people.conftest import Office, make_office


def put_down(office: Office, **changed) -> str:
    given = {
        "source": Source.PAGE,
        "category": Category.objects.get(key="lighting"),
        "words": "路灯坏了",
        "lon": IN_FIRST[0],
        "lat": IN_FIRST[1],
        "answers": {"lamp": "in_the_street"},
        "key": uuid.uuid4(),
        **changed,
    }
    return actions.put_down(by=RESIDENT(office.community), **given)


def test_slip_becomes_the_matter_that_was_told_when_its_code_is_opened(office: Office, time: Frozen) -> None:
    received_at = time.moment
    contact = actions.Contact(name="王芳", phone="13800138000", channel="sms")
    code = put_down(office, contact=contact, place_words="三号楼", confidential=False)
    assert not Matter.objects.exists()
    assert not Resident.objects.exists()
    time.move(minutes=20)
    matter = actions.settle_code(community=office.community, code=code)
    assert (matter.words, matter.place_words, matter.answers) == (
        "路灯坏了",
        "三号楼",
        {"lamp": "in_the_street"},
    )
    assert matter.received_at == received_at
    assert matter.worker == office.accounts["grid_worker"]
    assert matter.follow_code == code
    assert (matter.reporter.name, matter.reporter.phone) == ("王芳", "13800138000")
    assert Follower.objects.get().follow_code == code
    assert not Slip.objects.exists()
    assert ledger.verify(community=office.community) == []


def test_request_sent_again_is_answered_alike_before_and_after(office: Office) -> None:
    key = uuid.uuid4()
    first = put_down(office, key=key)
    assert put_down(office, key=key, words="又写了一遍") == first
    assert Slip.objects.count() == 1
    actions.settle_code(community=office.community, code=first)
    assert put_down(office, key=key) == first
    # Sent again after all: there is the one matter still, and the slip goes.
    assert actions.settle_code(community=office.community, code=first).words == "路灯坏了"
    assert (Matter.objects.count(), Slip.objects.count()) == (1, 0)
    assert slips.was_put_down(community=office.community, key=key)
    assert not slips.was_put_down(community=office.community, key=uuid.uuid4())


def test_photos_of_a_request_sent_again_are_left_to_be_swept(office: Office) -> None:
    def photo() -> Upload:
        file = BytesIO()
        Image.new("RGB", (40, 30), "#446688").save(file, "JPEG")
        return store_photo(community=office.community, data=file.getvalue(), by="resident")[0]

    key, (first, second, third) = uuid.uuid4(), (photo(), photo(), photo())
    code = put_down(office, key=key, uploads=[first])
    put_down(office, key=key, uploads=[second])
    actions.settle_code(community=office.community, code=code)
    put_down(office, key=key, uploads=[third])
    actions.settle_code(community=office.community, code=code)
    abouts = [Upload.objects.get(pk=one.pk).about for one in (first, second, third)]
    assert abouts == [Step.objects.get(verb="receive").key, "", ""]


def test_code_is_another_in_another_community(office: Office) -> None:
    key = uuid.uuid4()
    code = put_down(office, key=key)
    river = make_office("river")
    with scope(community=river.community):
        actions.seed_matters(community=river.community)
        assert put_down(river, key=key) != code
        assert actions.settle_code(community=river.community, code=code) is None


def test_slip_that_nobody_opens_is_settled_by_the_sweep(office: Office, time: Frozen) -> None:
    put_down(office)
    assert sweeps.settle() == 0, "its sender has two seconds"
    time.move(seconds=3)
    assert sweeps.settle() == 1
    assert Matter.objects.count() == 1


def test_burst_is_let_in_before_it_is_settled_but_not_for_long(office: Office, time: Frozen) -> None:
    put_down(office)
    for _ in range(9):
        time.move(seconds=3)
        put_down(office)
        assert sweeps.settle() == 0
    time.move(seconds=4)
    put_down(office)
    assert sweeps.settle() > 0


def test_slip_that_fails_keeps_the_others_not(office: Office, time: Frozen) -> None:
    bad, _good = put_down(office, words="甲"), put_down(office, words="乙")
    slip = Slip.objects.order_by("pk").first()
    right = slip.told
    slip.told = right | {"category": 0}
    slip.save()
    time.move(seconds=3)
    sweeps.settle()
    assert [matter.words for matter in Matter.objects.all()] == ["乙"]
    slip.refresh_from_db()
    assert slip.due_at > time.moment
    slip.told = right
    slip.save()
    assert actions.settle_code(community=office.community, code=bad).words == "甲"


def test_what_is_done_first_keeps_a_report_out(office: Office) -> None:
    def full() -> None:
        raise LimitedError(60)

    with pytest.raises(LimitedError):
        put_down(office, first=full)
    assert not Slip.objects.exists()


def test_words_on_a_slip_are_not_readable_in_the_database(office: Office) -> None:
    put_down(office)
    with connection.cursor() as cursor:
        cursor.execute("SELECT told FROM matters_slip")
        assert "路灯" not in cursor.fetchone()[0]
