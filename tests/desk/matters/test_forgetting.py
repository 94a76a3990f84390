"""What is forgotten, to the moment; what is held; what stays because it is still needed."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.desk.common import ledger, uploads
from linli.desk.common.models import Message, SearchEntry, Upload
from linli.desk.matters import actions, erasing, forgetting, index
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Follower, Hold, Mail, Matter, Step
from linli.desk.people.access import ForbiddenError
from linli.desk.people.actors import RESIDENT
from linli.desk.people.models import Consent, Resident
from linli.desk.people.purposes import purposes
from linli.desk.people.residents import give_consent, withdraw_consent
from tests.desk.clock import Frozen
from tests.desk.matters.letters import photo
from tests.desk.people.conftest import Office

KEPT = dt.timedelta(days=purposes()["matters"].retention_days)
CONTACT = dt.timedelta(days=purposes()["contact"].retention_days)


def ended(matter: Matter, office: Office) -> dt.datetime:
    """Close it, as its reporter; return when."""
    matter = actions.finish_matter(matter=matter, by=office.actor("grid_worker"), text="换了灯泡")
    matter = actions.resident_answers(
        matter=matter, by=RESIDENT(office.community), solved=True, satisfied=True, text="谢谢小王"
    )
    return matter.closed_at


def test_closed_matter_is_forgotten_at_the_moment_its_time_is_over(
    receive, neighbour: Resident, office: Office, time: Frozen
):
    kept, _place = uploads.store_photo(community=office.community, data=photo(), by="resident")
    matter = receive(reporter=neighbour, uploads=[kept]).matter
    actions.note_matter(matter=matter, by=office.actor("desk"), text="张三丰家的灯")
    end = ended(matter, office)
    time.set(end + KEPT - dt.timedelta(microseconds=1))
    assert forgetting.forget_matters() == 0
    time.set(end + KEPT)
    assert forgetting.forget_matters() == 1
    # Files go with the commit, which this test never comes to, or with the sweep.
    uploads.tidy()
    matter.refresh_from_db()
    assert (matter.words, matter.reporter_id, matter.lon, matter.follow_code) == ("", None, None, "")
    assert matter.anonymised_at == end + KEPT
    texts = Step.objects.filter(matter=matter).values_list("public_text", "internal_text", "reason")
    assert set(texts) == {("", "", "")}
    assert not any(path.exists() for path in uploads.files_of(Upload.objects.get(pk=kept.pk)).values())
    assert not SearchEntry.objects.filter(object_id=matter.pk).exists()
    assert not Message.objects.filter(about=matter.key).exists()
    assert not Follower.objects.exclude(resident=None, to="", follow_code="").exists()
    # What is counted stays.
    assert (matter.state, matter.outcome, matter.solved, matter.grid) == (
        "closed",
        "fixed",
        True,
        office.grids[0],
    )
    assert ledger.verify(community=office.community) == []
    assert forgetting.forget_matters() == 0


def test_open_and_reopened_matters_are_never_forgotten(matter: Matter, receive, office: Office, time: Frozen):
    again = receive().matter
    ended(again, office)
    time.move(days=80)
    actions.reopen(matter=again, by=RESIDENT(office.community), reason="又坏了")
    time.move(days=3 * KEPT.days)
    assert forgetting.forget_matters() == 0


def test_refused_matter_is_forgotten_too(receive, office: Office, time: Frozen):
    matter = receive(at=None).matter
    matter = actions.refuse_matter(
        matter=matter, by=office.actor("desk"), reason="不归社区", way="请拨打电力热线"
    )
    time.move(days=KEPT.days - 1)
    assert forgetting.forget_matters() == 0
    time.move(days=1)
    assert forgetting.forget_matters() == 1


def test_merged_matter_stays_as_long_as_the_one_it_goes_on_in(receive, office: Office, time: Frozen):
    goes_on, joined = receive().matter, receive().matter
    actions.merge_matters(matter=joined, into=goes_on, by=office.actor("desk"))
    time.move(days=KEPT.days + 1)
    assert forgetting.forget_matters() == 0
    goes_on.refresh_from_db()
    ended(goes_on, office)
    time.move(days=KEPT.days)
    assert forgetting.forget_matters() == 1
    assert forgetting.forget_matters() == 1
    assert Matter.objects.filter(anonymised_at=None).count() == 0


def test_held_matter_is_kept_to_the_end_of_the_day(matter: Matter, office: Office, time: Frozen):
    end = ended(matter, office)
    time.set(end + KEPT - dt.timedelta(days=1))
    day = dt.date(2029, 12, 31)
    hold = forgetting.hold_matter(
        by=office.actor("director"), matter=matter, reason="与张三丰有争议", until=day, key=uuid.uuid4()
    )
    assert hold.until.isoformat() == "2029-12-31T16:00:00+00:00"
    time.set(hold.until - dt.timedelta(microseconds=1))
    assert forgetting.forget_matters() == 0
    time.set(hold.until)
    assert forgetting.forget_matters() == 1
    hold.refresh_from_db()
    assert (hold.reason, hold.lifted_at) == ("", hold.until)
    with pytest.raises(RefusedError):
        forgetting.hold_matter(
            by=office.actor("director"), matter=matter, reason="晚了", until=dt.date(2030, 12, 31)
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM common_ledgerentry WHERE CAST(data AS TEXT) LIKE %s", ["%争议%"])
        assert cursor.fetchone()[0] == 0
    assert ledger.verify(community=office.community) == []


def test_hold_can_be_lifted_and_replaced(matter: Matter, office: Office, time: Frozen):
    director = office.actor("director")
    end = ended(matter, office)
    first = forgetting.hold_matter(by=director, matter=matter, reason="争议", until=dt.date(2030, 1, 1))
    second = forgetting.hold_matter(by=director, matter=matter, reason="仍有争议", until=dt.date(2031, 1, 1))
    assert list(forgetting.holds_of(office.community)) == [second]
    first.refresh_from_db()
    assert first.reason == ""
    time.set(end + KEPT)
    assert forgetting.forget_matters() == 0
    forgetting.lift_hold(by=director, hold=second)
    assert forgetting.forget_matters() == 1


@pytest.mark.parametrize(
    ("reason", "until"), [("", "2027-01-01"), ("争议", "2026-11-23"), ("争议", "2040-01-01"), ("争议", "9999-12-31")]
)  # fmt: skip
def test_hold_without_reason_or_with_a_day_that_makes_no_sense_is_refused(
    matter: Matter, office: Office, reason: str, until: str
):
    with pytest.raises(RefusedError):
        forgetting.hold_matter(
            by=office.actor("director"), matter=matter, reason=reason, until=dt.date.fromisoformat(until)
        )
    assert Hold.objects.count() == 0


def test_holding_is_the_directors(matter: Matter, office: Office):
    for who in ("desk", "auditor", "grid_worker"):
        with pytest.raises(ForbiddenError):
            forgetting.hold_matter(
                by=office.actor(who), matter=matter, reason="争议", until=dt.date(2027, 1, 1)
            )


def test_one_that_fails_is_put_off_and_the_others_go(
    receive, office: Office, time: Frozen, monkeypatch: pytest.MonkeyPatch
):
    first, second = receive().matter, receive().matter
    end = ended(first, office)
    ended(second, office)
    whole = erasing.forget_matter

    def fails(matter: Matter, **more) -> None:
        whole(matter, **more)
        if matter.pk == first.pk:
            raise OSError("disk")

    monkeypatch.setattr(erasing, "forget_matter", fails)
    time.set(end + KEPT)
    assert forgetting.forget_matters() == 1
    first.refresh_from_db()
    assert first.words
    (put_off,) = forgetting.holds_of(office.community)
    assert (put_off.matter_id, put_off.by, put_off.reason) == (first.pk, "system", "")
    monkeypatch.undo()
    time.move(minutes=59)
    assert forgetting.forget_matters() == 0
    time.move(minutes=1)
    assert forgetting.forget_matters() == 1


def test_contact_goes_long_before_the_matter(receive, neighbour: Resident, office: Office, time: Frozen):
    give_consent(by=RESIDENT(office.community), resident=neighbour, purpose="contact")
    matter = receive(reporter=neighbour).matter
    time.move(days=10)
    end = ended(matter, office)
    time.set(end + CONTACT - dt.timedelta(seconds=1))
    assert forgetting.forget_residents() == 0
    time.move(seconds=1)
    assert forgetting.forget_residents() == 1
    neighbour.refresh_from_db()
    assert (neighbour.name, neighbour.phone, neighbour.channel, neighbour.erased_at) == ("", "", "none", None)
    assert Consent.objects.get().withdrawn_at == time.moment
    matter.refresh_from_db()
    assert (matter.reporter_id, bool(matter.words)) == (neighbour.pk, True)
    # And the resident when nothing of theirs is left.
    time.set(end + KEPT)
    assert forgetting.forget_residents() == 0
    forgetting.forget_matters()
    assert forgetting.forget_residents() == 1
    neighbour.refresh_from_db()
    assert neighbour.erased_at == time.moment
    assert ledger.verify(community=office.community) == []


def test_resident_is_kept_while_anything_of_theirs_goes_on(
    receive, neighbour: Resident, office: Office, time: Frozen
):
    receive(reporter=neighbour)
    time.move(days=5 * 365)
    assert forgetting.forget_residents() == 0
    fresh = Resident.objects.create(community=office.community, name="李四", created_at=time.moment)
    time.move(days=CONTACT.days - 1)
    assert forgetting.forget_residents() == 0
    time.move(days=1)
    # First the contact, then, nothing being left, the rest.
    assert forgetting.forget_residents() == 2
    fresh.refresh_from_db()
    assert fresh.erased_at is not None


def test_new_consent_keeps_contact_for_its_own_time(neighbour: Resident, office: Office, time: Frozen):
    time.set(neighbour.created_at + CONTACT - dt.timedelta(days=1))
    give_consent(by=RESIDENT(office.community), resident=neighbour, purpose="contact")
    time.move(days=CONTACT.days - 1)
    assert forgetting.forget_residents() == 0
    time.move(days=1)
    assert forgetting.forget_residents() == 2


def test_whoever_is_visited_or_in_dispute_can_still_be_reached(
    receive, neighbour: Resident, office: Office, time: Frozen
):
    give_consent(by=office.actor("care_worker"), resident=neighbour, purpose="care")
    other = Resident.objects.create(
        community=office.community, name="李四", phone="13800000000", created_at=time.moment
    )
    matter = receive(reporter=other).matter
    end = ended(matter, office)
    hold = forgetting.hold_matter(
        by=office.actor("director"), matter=matter, reason="争议", until=dt.date(2029, 1, 1)
    )
    time.set(end + CONTACT + dt.timedelta(days=30))
    assert forgetting.forget_residents() == 0
    withdraw_consent(by=office.actor("care_worker"), resident=neighbour, purpose="care")
    forgetting.lift_hold(by=office.actor("director"), hold=hold)
    # One of them altogether; of the other, whose matter is kept, the contact.
    assert forgetting.forget_residents() == 3
    for resident in (neighbour, other):
        resident.refresh_from_db()
    assert (neighbour.erased_at, other.erased_at, other.phone) == (time.moment, None, "")


def test_follower_without_a_row_of_their_own_loses_the_address(receive, office: Office, time: Frozen):
    matter = receive(category="sanitation").matter
    follower, _code = actions.follow(
        matter=matter, by=RESIDENT(office.community), channel="email", to="li@example.com"
    )
    end = ended(matter, office)
    time.set(end + CONTACT)
    forgetting.forget_residents()
    follower.refresh_from_db()
    assert (follower.to, follower.channel) == ("", "none")


def test_mail_is_forgotten_after_a_season(office: Office, time: Frozen):
    given = {"community": office.community, "generation": 1, "uid_validity": 1, "at": time.moment}
    Mail.objects.create(**given, uid=1, state="ignored", reason="auto", sender="a***@x.cn")
    Mail.objects.create(**given, uid=2, state="aside", reason="many", sender="b***@x.cn")
    time.move(days=90)
    assert forgetting.forget_mail() == 0
    time.move(seconds=1)
    assert forgetting.forget_mail() == 2
    assert list(Mail.objects.values_list("uid", "sender")) == [(2, "")]


def test_director_sees_what_goes_next_and_what_went(receive, office: Office, time: Frozen):
    first, second = receive().matter, receive().matter
    end = ended(first, office)
    time.move(days=1)
    ended(second, office)
    assert [one.pk for one in forgetting.forgotten_next(office.community)] == [first.pk, second.pk]
    time.set(end + KEPT - dt.timedelta(days=30))
    assert forgetting.overview(office.community).matters_soon == 1
    time.set(end + KEPT)
    forgetting.forget_matters()
    seen = forgetting.overview(office.community)
    assert (seen.matters_gone, seen.matters_gone_lately, seen.matters_soon) == (1, 1, 1)
    assert index.find(community=office.community, words="路灯") == [second.pk]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("move"), st.integers(1, 900)),
            st.tuples(st.just("hold"), st.integers(1, 1500)),
            st.tuples(st.just("lift"), st.just(0)),
            st.tuples(st.just("reopen"), st.just(0)),
        ),
        max_size=8,
    )
)
def test_forgotten_exactly_when_the_time_is_over_and_nobody_holds_it(
    receive, office: Office, time: Frozen, steps: list[tuple[str, int]]
):
    time.set("2026-11-24T09:00:00+08:00")
    director, resident = office.actor("director"), RESIDENT(office.community)
    matter = receive().matter
    end, held_until = ended(matter, office), None
    for what, days in steps:
        if what == "move":
            time.move(days=days)
        elif what == "hold":
            day = (time.moment + dt.timedelta(days=days)).date()
            held_until = forgetting.hold_matter(by=director, matter=matter, reason="争议", until=day).until
        elif what == "lift":
            for hold in Hold.objects.filter(matter=matter):
                forgetting.lift_hold(by=director, hold=hold)
            held_until = None
        else:
            matter.refresh_from_db()
            if time.moment - end <= dt.timedelta(days=90):
                actions.reopen(matter=matter, by=resident, reason="又坏了")
                end = ended(actions.start_matter(matter=matter, by=office.actor("grid_worker")), office)
        forgetting.forget_matters()
        matter.refresh_from_db()
        over = time.moment >= end + KEPT and (held_until is None or time.moment >= held_until)
        assert (matter.anonymised_at is not None) == over
        if over:
            break
