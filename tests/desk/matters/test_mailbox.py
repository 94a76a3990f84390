"""Mail from a real IMAP server, into matters, once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from django.utils import translation

from linli.desk.common import channels, ledger, uploads
from linli.desk.common.models import Message, Upload
from linli.desk.matters import actions, mailbox_actions, mailbox_reading
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Category, Mail, Mailbox, Matter, Source, State, Step
from linli.desk.people.access import ForbiddenError
from linli.desk.people.actors import RESIDENT
from linli.desk.people.models import Resident
from linli.desk.people.residents import erase_resident
from tests.desk.clock import Frozen
from tests.desk.matters import letters
from tests.desk.matters.letters import letter, photo
from tests.desk.people.conftest import Office
from tests.imap import PASSWORD, USER, Dovecot


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def settled(office: Office, server: Dovecot, **more) -> Mailbox:
    given = {
        "host": "localhost", "port": server.tls_port, "security": "tls", "username": USER, "password": PASSWORD,
        "folder": "INBOX", "address": letters.OURS, "enabled": True,
    }  # fmt: skip
    return mailbox_actions.set_mailbox(by=office.actor("director"), **(given | more))


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Mailbox:
    return settled(office, dovecot)


def look() -> int:
    Mailbox.objects.update(due_at="2026-01-01T00:00:00Z")
    return mailbox_reading.look_into_all()


def states() -> list[tuple[str, str]]:
    return list(Mail.objects.order_by("pk").values_list("state", "reason"))


def test_mail_becomes_a_matter_and_its_sender_is_told_once(box: Mailbox, dovecot: Dovecot, office: Office):
    dovecot.put(letter())
    assert look() == 1
    matter = Matter.objects.get()
    assert (matter.source, matter.category.key, matter.state) == (Source.EMAIL, "other", State.SUBMITTED)
    assert matter.words == "路灯坏了\n\n三号楼门口的路灯坏了,晚上很黑。"
    assert (matter.language, matter.reporter.name, matter.reporter.email) == (
        "zh-hans",
        "张三",
        letters.RESIDENT,
    )
    told = Message.objects.get(topic="matter.receive")
    assert (told.channel, told.to) == ("email", letters.RESIDENT)
    assert matter.follow_code in told.text
    assert dovecot.flags() == [True]
    assert look() == 0
    assert Matter.objects.count() == 1
    assert Message.objects.filter(to__isnull=False, channel="email", topic="matter.receive").count() == 1
    assert ledger.verify(community=office.community) == []


def test_mail_that_lay_there_read_before_is_not_taken(box: Mailbox, dovecot: Dovecot):
    dovecot.put(letter(mark="<old@x>"), flags=r"(\Seen)")
    dovecot.put(letter(mark="<unread@x>"))
    assert look() == 1
    # From now on, what somebody reads in the mailbox before Linli looks is taken all the same.
    dovecot.put(letter(mark="<quick@x>"), flags=r"(\Seen)")
    assert look() == 1
    assert Matter.objects.count() == 2


def test_same_mail_delivered_twice_is_one_matter(box: Mailbox, dovecot: Dovecot):
    dovecot.put(letter(), letter())
    assert look() == 2
    assert states() == [("matter", ""), ("ignored", "twice")]
    assert Matter.objects.count() == 1


def test_mail_given_new_numbers_by_the_server_is_known_again(box: Mailbox, dovecot: Dovecot, time: Frozen):
    dovecot.put(letter(mark="<1@x>"), letter(mark="<2@x>"))
    look()
    dovecot.renumber()
    dovecot.put(letter(mark="<3@x>"))
    time.move(minutes=5)
    look()
    assert Matter.objects.count() == 3
    assert [row for row in states() if row[0] == "matter"] == [("matter", "")] * 3


def test_reply_with_the_code_is_added_to_the_matter(box: Mailbox, dovecot: Dovecot, office: Office):
    dovecot.put(letter())
    look()
    matter = Matter.objects.get()
    told = Message.objects.get(topic="matter.receive")
    quoted = told.text.replace("\n", "\n> ")
    dovecot.put(letter(
        f"补充一下:是靠东边的那一盏。\n\n在 2026年11月24日 写道:\n> {quoted}", subject=f"Re: {told.title}",
        mark="<2@mail.example>", in_reply_to="<out@willow.example>",
    ))  # fmt: skip
    assert look() == 1
    added = Step.objects.get(verb="add")
    assert (added.matter_id, added.public_text, added.by) == (
        matter.pk,
        "补充一下:是靠东边的那一盏。",
        "resident",
    )
    assert Matter.objects.count() == 1
    assert states() == [("matter", ""), ("reply", "")]


def test_reply_answers_the_question_that_was_asked(box: Mailbox, dovecot: Dovecot, office: Office):
    dovecot.put(letter())
    look()
    matter = Matter.objects.get()
    matter = actions.assign_matter(
        matter=matter, by=office.actor("desk"), worker=office.accounts["grid_worker"]
    )
    actions.ask_resident(matter=matter, by=office.actor("desk"), question="哪一盏?")
    dovecot.put(
        letter("东边的", subject="Re: 问题", to=f"post+{matter.follow_code}@willow.example", mark="<2@x>")
    )
    look()
    matter.refresh_from_db()
    assert matter.state == State.DISPATCHED
    assert Step.objects.get(verb="reply").public_text == "东边的"


def test_code_in_a_strangers_mail_opens_nothing_and_is_blanked(box: Mailbox, dovecot: Dovecot):
    dovecot.put(letter())
    look()
    code = Matter.objects.get().follow_code
    dovecot.put(letter(f"转给你们 {code}", sender="other@mail.example", subject=f"Re: {code}", mark="<2@x>"))
    look()
    other = Matter.objects.exclude(follow_code="").order_by("-number").first()
    assert Matter.objects.count() == 2
    assert code not in other.words
    assert "***" in other.words


def test_reply_to_a_closed_matter_becomes_a_new_one_that_names_it(
    box: Mailbox, dovecot: Dovecot, office: Office
):
    dovecot.put(letter())
    look()
    matter = Matter.objects.get()
    actions.withdraw(matter=matter, by=RESIDENT(office.community))
    dovecot.put(letter("又坏了", subject=f"Re: {matter.follow_code}", mark="<2@x>"))
    look()
    new = Matter.objects.order_by("-number").first()
    assert new.pk != matter.pk
    assert new.words.startswith(f"（关于 {matter.code}）")


def test_photos_are_made_anew_and_other_files_refused_with_a_word(box: Mailbox, dovecot: Dovecot):
    dovecot.put(letter(files=(
        ("照片.jpg", "image/jpeg", photo()), ("合同.pdf", "application/pdf", b"%PDF-1.4 secret"),
        ("evil.jpg", "image/jpeg", b"MZ not a picture"),
    )))  # fmt: skip
    look()
    matter = Matter.objects.get()
    (kept,) = Upload.objects.filter(about__startswith="step:")
    assert kept.media_type == "image/webp"
    assert b"SecretCamera" not in uploads.read(kept)
    assert matter.words.endswith("（未收：合同.pdf, evil.jpg）")
    told = Message.objects.get(topic="mail.left")
    assert told.to == letters.RESIDENT
    assert "合同.pdf" in told.text
    assert "照片.jpg" not in told.text


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto"),
        ({"X_Loop": "post@willow.example"}, "auto"),
        ({"Precedence": "bulk"}, "list"),
        ({"Precedence": "auto_reply"}, "auto"),
        ({"List_Id": "<news.example>"}, "list"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"sender": "MAILER-DAEMON@mail.example"}, "bounce"),
        ({"sender": "POST@Willow.example"}, "own"),
    ],
)
def test_what_no_person_wrote_is_passed_over(box: Mailbox, dovecot: Dovecot, headers: dict, reason: str):
    dovecot.put(letter(**headers))
    look()
    assert states() == [("ignored", reason)]
    assert (Matter.objects.count(), Message.objects.count()) == (0, 0)
    assert dovecot.flags() == [False]


def test_mail_from_our_own_gateway_is_passed_over(box: Mailbox, dovecot: Dovecot, office: Office):
    url = "mailtos://out:secret@smtp.example.com:587/?from=desk%40willow.example&mode=starttls&to={to}"
    channels.set_gateway(community=office.community, channel="email", url=url, by="account:1")
    dovecot.put(letter(sender="Desk <desk@willow.example>"))
    look()
    assert states() == [("ignored", "own")]


def test_two_machines_that_answer_each_other_come_to_an_end(box: Mailbox, dovecot: Dovecot, time: Frozen):
    dovecot.put(*(letter(f"I am away {n}", subject="Away", mark=f"<{n}@x>") for n in range(14)))
    look()
    assert Matter.objects.count() == 10
    assert states()[10:] == [("aside", "many")] * 4
    aside = Mail.objects.filter(state="aside").first()
    assert aside.sender == "z***@mail.example"
    time.move(days=1)
    dovecot.put(letter("一天以后", mark="<later@x>"))
    look()
    assert Matter.objects.count() == 11


def test_broken_mail_is_set_aside_and_the_next_is_taken(box: Mailbox, dovecot: Dovecot, office: Office):
    broken = [
        b"\x00\xff\xfe\r\n\r\n\x00", b"From: nobody\r\n\r\nhello\r\n", b"Subject: no sender\r\n\r\nx",
        letter("", subject="", mark="<empty@x>"),
        b"From: a@b.cn\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 150 + b"--x--",
    ]  # fmt: skip
    dovecot.put(*broken, letter("最后一封", mark="<last@x>"))
    assert look() == 6
    assert states() == [
        ("aside", "nobody"), ("aside", "nobody"), ("aside", "nobody"), ("aside", "empty"), ("aside", "unreadable"),
        ("matter", ""),
    ]  # fmt: skip
    assert "最后一封" in Matter.objects.get().words
    assert ledger.verify(community=office.community) == []


def test_mail_that_is_too_large_is_set_aside_and_its_sender_asked_to_send_less(
    box: Mailbox, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("linli.desk.matters.mailbox_letters.MOST_BYTES", 3_000_000)
    dovecot.put(letter(files=(("a.bin", "application/octet-stream", bytes(3_000_000)),)))
    look()
    assert states() == [("aside", "large")]
    assert Message.objects.get().topic == "mail.large"
    assert Message.objects.get().to == letters.RESIDENT


def test_mail_set_aside_is_taken_when_somebody_wants_it(box: Mailbox, dovecot: Dovecot, office: Office):
    Category.objects.filter(sensitive=False).update(retired_at="2026-01-01T00:00:00Z")
    dovecot.put(letter())
    look()
    assert states() == [("aside", "category")]
    Category.objects.filter(key="other").update(retired_at=None)
    mail = Mail.objects.get()
    key = uuid.uuid4()
    mailbox_actions.try_again(by=office.actor("director"), mail=mail, key=key)
    mailbox_actions.try_again(by=office.actor("director"), mail=mail, key=key)
    assert look() == 1
    assert states() == [("matter", "")]
    assert dovecot.flags() == [True]
    with pytest.raises(RefusedError):
        mailbox_actions.try_again(by=office.actor("director"), mail=mail)


def test_mail_that_fails_is_tried_three_times_and_holds_nobody_up(
    box: Mailbox, dovecot: Dovecot, time: Frozen, monkeypatch: pytest.MonkeyPatch
):
    from linli.desk.matters import mailbox_taking  # noqa: PLC0415

    whole = mailbox_taking.take

    def take(**given):
        if b"fails@x" in given["raw"]:
            raise ZeroDivisionError
        return whole(**given)

    monkeypatch.setattr(mailbox_taking, "take", take)
    dovecot.put(letter(mark="<fails@x>"), letter(mark="<2@x>"))
    look()
    assert states() == [("trying", ""), ("matter", "")]
    for _again in range(2):
        time.move(minutes=6)
        assert look() == 1
    assert states() == [("aside", "failed"), ("matter", "")]
    assert look() == 0


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"password": "wrong"}, "login"),
        ({"folder": "Nowhere"}, "folder"),
        ({"port": 1}, "unreachable"),
        ({"host": "127.0.0.1"}, "certificate"),
        ({"host": "10.0.0.1"}, "private"),
        ({"host": "no.such.example.invalid"}, "unreachable"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_said(
    office: Office, dovecot: Dovecot, time: Frozen, wrong: dict, problem: str
):
    box = settled(office, dovecot, **wrong)
    assert look() == 0
    box.refresh_from_db()
    assert (box.problem, box.failures) == (problem, 1)
    assert box.due_at > time.moment
    with pytest.raises(RefusedError):
        mailbox_actions.try_mailbox(by=office.actor("director"))


def test_private_addresses_are_refused_unless_the_operator_allowed_them(
    box: Mailbox, office: Office, settings
):
    assert mailbox_actions.try_mailbox(by=office.actor("director")) == (0, 0)
    settings.INNER_NETWORKS = ()
    with pytest.raises(RefusedError, match="LINLI_INNER_NETWORKS"):
        mailbox_actions.try_mailbox(by=office.actor("director"))


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_other_ways_of_connecting_work(office: Office, dovecot: Dovecot, security: str):
    settled(office, dovecot, security=security, port=dovecot.port)
    dovecot.put(letter())
    assert look() == 1


def test_folder_with_a_chinese_name_is_read(office: Office, dovecot: Dovecot):
    # As RFC 3501 writes these names.
    name = '"&U,BTFw- &- &ZeVnLIqe-"'
    with dovecot.open() as client:
        client.create(name)
    settled(office, dovecot, folder="台北 & 日本語")
    dovecot.put(letter(), folder=name)
    assert look() == 1


def test_password_is_kept_closed_and_goes_to_no_other_server(box: Mailbox, office: Office, dovecot: Dovecot):
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM matters_mailbox")
        assert re.match(r"k\d+:", cursor.fetchone()[0])
    same = settled(office, dovecot, password="", enabled=False)
    assert (same.password, same.generation) == (PASSWORD, 1)
    with pytest.raises(RefusedError, match="密码"):
        settled(office, dovecot, password="", host="imap.elsewhere.example")


def test_another_mailbox_has_numbers_of_its_own(box: Mailbox, office: Office, dovecot: Dovecot):
    dovecot.put(letter(mark="<1@x>"))
    look()
    with dovecot.open() as client:
        client.create("Post")
    moved = settled(office, dovecot, folder="Post")
    assert (moved.generation, moved.uid_validity, moved.last_uid) == (2, None, 0)
    dovecot.put(letter(mark="<2@x>"), folder="Post")
    look()
    assert Matter.objects.count() == 2


def test_mailbox_is_the_directors_alone(office: Office, dovecot: Dovecot):
    with pytest.raises(ForbiddenError):
        mailbox_actions.set_mailbox(
            by=office.actor("desk"), host="a.example", port=993, security="tls", username="a", password="b",
            folder="", address="", enabled=True,
        )  # fmt: skip
    with pytest.raises(ForbiddenError):
        mailbox_actions.try_mailbox(by=office.actor("auditor"))


def test_residents_made_by_mail_open_nobodys_data(box: Mailbox, dovecot: Dovecot, office: Office):
    known = Resident.objects.create(
        community=office.community,
        name="张三",
        email=letters.RESIDENT,
        created_at=office.community.created_at,
    )
    dovecot.put(letter())
    look()
    assert Matter.objects.get().reporter_id != known.pk
    assert Matter.objects.get().reporter.self_told is True


def test_erased_sender_leaves_nothing_of_their_mail(box: Mailbox, dovecot: Dovecot, office: Office):
    dovecot.put(letter(files=(("合同.pdf", "application/pdf", b"%PDF"),)))
    look()
    matter = Matter.objects.get()
    assert Mail.objects.get().sender == "z***@mail.example"
    erase_resident(by=office.actor("director"), resident=matter.reporter, reason="asked")
    assert Mail.objects.get().sender == ""
    assert not Message.objects.filter(about=matter.key).exists()
    matter.refresh_from_db()
    assert (matter.words, matter.reporter_id) == ("", None)
