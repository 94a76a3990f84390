"""Mail, lists and forgetting, as director and desk see them."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.desk.matters import actions, forgetting
from linli.desk.matters.models import Hold, Mail, Mailbox, Matter, MatterList
from linli.desk.people.actors import RESIDENT
from tests.desk.clock import Frozen
from tests.desk.pages.staff.test_pages import client_of
from tests.desk.people.conftest import Office
from tests.imap import PASSWORD, USER, Dovecot

HERE = "/c/willow/desk/incoming/"
GOOD = "category,words,name,phone\nother,The gate squeaks,Zhang San,13812345678\nother,Two\n"


@pytest.fixture
def director(office: Office) -> Client:
    return client_of(office, "director")


@pytest.fixture
def desk(office: Office) -> Client:
    return client_of(office, "desk")


def box_of(server: Dovecot, **more) -> dict:
    given = {
        "host": "localhost", "port": server.tls_port, "security": "tls", "username": USER, "password": PASSWORD,
        "folder": "INBOX", "address": USER, "enabled": "on", "request_key": str(uuid.uuid4()),
    }  # fmt: skip
    return given | more


def bring(client: Client, text: str, *, name: str = "paper.csv", datum: str = "none"):
    file = SimpleUploadedFile(name, text.encode())
    told = {"file": file, "datum": datum, "request_key": str(uuid.uuid4())}
    return client.post(f"{HERE}lists/", told, follow=True)


def key() -> dict[str, str]:
    return {"request_key": str(uuid.uuid4())}


def test_mailbox_is_set_tried_and_never_shows_its_password(director: Client, dovecot: Dovecot):
    page = director.post(HERE, box_of(dovecot), follow=True).content.decode()
    assert "Saved" in page
    assert PASSWORD not in page
    tried = director.post(f"{HERE}try/", key(), follow=True).content.decode()
    assert "It can be read: 0 messages" in tried
    # Saved again without the password: the one that is known stays.
    director.post(HERE, box_of(dovecot, password="", folder="Nowhere"))
    box = Mailbox.objects.get()
    assert (box.password, box.folder) == (PASSWORD, "Nowhere")
    tried = director.post(f"{HERE}try/", key(), follow=True).content.decode()
    assert "There is no such folder" in tried


def test_mailbox_form_that_makes_no_sense_is_asked_for_again(director: Client, dovecot: Dovecot):
    answer = director.post(HERE, box_of(dovecot, host="http://x/"))
    assert answer.status_code == 422
    assert "This is no server" in answer.content.decode()
    assert director.post(HERE, box_of(dovecot, port="many")).status_code == 422
    assert Mailbox.objects.count() == 0


def test_trials_are_limited(director: Client, office: Office):
    pages = [director.post(f"{HERE}try/", key(), follow=True).content.decode() for _ in range(11)]
    assert "First say where the mailbox is" in pages[9]
    assert "Too many tries" in pages[10]


def test_mail_set_aside_is_shown_with_its_reason_and_tried_again(
    director: Client, office: Office, time: Frozen
):
    mail = Mail.objects.create(
        community=office.community, generation=1, uid_validity=1, uid=7, state="aside", reason="many",
        sender="z***@mail.example", at=time.moment,
    )  # fmt: skip
    page = director.get(HERE).content.decode()
    assert "z***@mail.example" in page
    assert "Too many came" in page
    answer = director.post(f"{HERE}mail/{mail.pk}/again/", key(), follow=True).content.decode()
    assert "It is tried again within a minute." in answer
    mail.refresh_from_db()
    assert (mail.state, mail.wanted) == ("trying", True)


def test_list_is_looked_at_taken_in_and_taken_back(desk: Client):
    looked = bring(desk, GOOD)
    page = looked.content.decode()
    assert "The gate squeaks" in page
    assert "Z** 138****5678" in page
    assert "Zhang San" not in page
    assert Matter.objects.count() == 0
    address = looked.redirect_chain[-1][0]
    told = key()
    taken = desk.post(address, told, follow=True).content.decode()
    desk.post(address, told)
    assert Matter.objects.count() == 2
    assert all(matter.code in taken for matter in Matter.objects.all())
    # The same file leads to what it became.
    assert bring(desk, GOOD).redirect_chain[-1][0] == address
    undone = desk.post(f"{address}undo/", key(), follow=True).content.decode()
    assert "Taken back." in undone
    assert Matter.objects.filter(anonymised_at=None).count() == 0


def test_what_somebody_has_begun_is_said_to_stay(desk: Client, office: Office):
    address = bring(desk, GOOD).redirect_chain[-1][0]
    desk.post(address, key())
    first = Matter.objects.order_by("number")[0]
    actions.accept_matter(matter=first, by=office.actor("desk"))
    undone = desk.post(f"{address}undo/", key(), follow=True).content.decode()
    assert "Taken back, except 1 that somebody has begun." in undone
    assert first.code in undone


def test_faults_of_a_list_are_said_line_by_line(desk: Client):
    answer = bring(desk, "category,words\nother,\ndragons,x\n")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2 lines have to be put right" in page
    assert page.index("Line 2") < page.index("Line 3")
    assert "dragons" in page
    assert MatterList.objects.count() == 0


def test_list_with_places_outside_every_grid_is_pointed_out(desk: Client):
    page = bring(desk, "category,words,lon,lat\nother,x,120.011,30.005\nother,y,12,30\n", datum="wgs84")
    assert "One place lies in no grid" in page.content.decode()


def test_list_is_dropped(desk: Client):
    address = bring(desk, GOOD).redirect_chain[-1][0]
    assert desk.post(f"{address}drop/", {}, follow=True).status_code == 200
    assert MatterList.objects.count() == 1
    desk.post(f"{address}drop/", key())
    assert MatterList.objects.count() == 0


@pytest.mark.parametrize(("language", "title"), [("en", "category"), ("zh-CN", "类别")])
def test_pattern_can_be_brought_back(office: Office, language: str, title: str):
    client = client_of(office, "desk", language)
    pattern = client.get(f"{HERE}lists/pattern.csv").content.decode()
    assert pattern.startswith(f"\ufeff{title},")
    assert bring(client, pattern).redirect_chain


def test_pages_ask_as_often_for_three_rows_as_for_one(
    director: Client, office: Office, time: Frozen, receive
):
    def count(path: str) -> int:
        director.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert director.get(path).status_code == 200
        return len(queries)

    def add(number: int) -> None:
        Mail.objects.create(
            community=office.community, generation=1, uid_validity=1, uid=number, state="aside", reason="many",
            at=time.moment,
        )  # fmt: skip
        bring(director, f"category,words\nother,{number}\n")
        matter = receive().matter
        actions.withdraw(matter=matter, by=RESIDENT(office.community))
        forgetting.hold_matter(
            by=office.actor("director"), matter=matter, reason="争议", until=dt.date(2027, 1, 1)
        )

    add(1)
    paths = (HERE, f"{HERE}lists/", f"{HERE}forgetting/")
    before = [count(path) for path in paths]
    add(2)
    add(3)
    assert [count(path) for path in paths] == before


def test_matter_is_held_and_let_go(director: Client, matter: Matter, office: Office, time: Frozen):
    actions.withdraw(matter=matter, by=RESIDENT(office.community))
    here = f"{HERE}forgetting/"
    page = director.get(here).content.decode()
    assert matter.code in page
    assert "Nov. 23, 2029" in page
    assert f'value="{matter.code}"' in director.get(f"{here}?code={matter.code}").content.decode()
    told = {"code": matter.code, "until": "2030-05-31", "reason": "A dispute"} | key()
    held = director.post(here, told, follow=True).content.decode()
    assert "A dispute" in held
    assert "May 31, 2030" in held
    hold = Hold.objects.get()
    let_go = director.post(f"{here}{hold.pk}/lift/", key(), follow=True).content.decode()
    assert "A dispute" not in let_go
    time.move(days=1095)
    assert forgetting.forget_matters() == 1


def test_hold_of_nothing_is_refused(director: Client, office: Office):
    told = {"code": "26-99999", "until": "2030-05-31", "reason": "A dispute"} | key()
    answer = director.post(f"{HERE}forgetting/", told)
    assert answer.status_code == 422
    assert "There is no matter of this number." in answer.content.decode()


def test_tabs_lead_only_where_somebody_may_go(director: Client, desk: Client):
    assert desk.get(HERE).status_code == 404
    assert f'href="{HERE}forgetting/"' not in desk.get(f"{HERE}lists/").content.decode()
    assert f'href="{HERE}forgetting/"' in director.get(f"{HERE}lists/").content.decode()
