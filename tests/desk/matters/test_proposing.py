from __future__ import annotations

import uuid

import pytest

from linli.desk.common import ledger
from linli.desk.common.models import LedgerEntry, ReadEntry
from linli.desk.matters.actions.proposing import propose_project
from linli.desk.matters.actions.taking_out import record_export
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.figures import Extent
from linli.desk.matters.models import Matter, Proposal
from linli.desk.people.errors import ForbiddenError
from tests.desk.matters.conftest import Receive
from tests.desk.matters.rows import put
from tests.desk.people.conftest import Office, make_office

WORDS = "第三次了:埋深不够,每逢下雨就跳闸,请整条街改线。"


def propose(office: Office, matters: list[Matter], who: str = "director", **more) -> Proposal:
    given = {"title": "东街路灯改线", "text": WORDS, "place_words": "东街 3 号"} | more
    return propose_project(by=office.actor(who), matters=matters, **given)


def test_proposal_stays_with_its_matters_and_rounded_place(office: Office) -> None:
    matters = [put(office, lon=120.0111 + n / 10_000, lat=30.0052) for n in range(3)]
    proposal, key = propose(office, matters, title=" 东街  路灯改线 "), uuid.uuid4()
    assert (proposal.number, proposal.title, proposal.text) == (1, "东街 路灯改线", WORDS)
    assert (proposal.lon, proposal.lat) == (120.011, 30.005)
    assert list(proposal.matters.order_by("pk")) == matters
    assert (proposal.by, proposal.by_name) == (office.accounts["director"].key, "director of willow")
    again = [propose(office, matters[:1], key=key) for _ in range(2)]
    assert [one.number for one in again] == [2, 2]
    entries = LedgerEntry.objects.filter(event="project.proposed").order_by("number")
    assert [(one.about, one.data) for one in entries] == [
        (proposal.key, {"matters": ["26-00001", "26-00002", "26-00003"]}),
        (again[0].key, {"matters": ["26-00001"]}),
    ]
    assert ledger.verify(community=office.community) == []


@pytest.mark.parametrize("lacking", [{"title": " "}, {"text": ""}, {"title": "长" * 101}, {"matters": []}])
def test_proposal_that_lacks_something_is_refused(office: Office, lacking: dict) -> None:
    matters = lacking.pop("matters", [put(office)])
    with pytest.raises(RefusedError):
        propose(office, matters, **lacking)
    assert not Proposal.objects.exists()


def test_what_was_told_in_confidence_speaks_for_no_project(office: Office, receive: Receive) -> None:
    with pytest.raises(RefusedError, match="26-00001"):
        propose(office, [put(office, confidential=True)])
    sensitive = receive(category="whistleblow", at=None, answers={}).matter
    with pytest.raises(RefusedError, match=sensitive.code):
        propose(office, [sensitive])


def test_only_the_director_proposes_and_only_of_their_own_place(office: Office) -> None:
    matter = put(office)
    for who in ("desk", "auditor", "grid_worker", "volunteer"):
        with pytest.raises(ForbiddenError):
            propose(office, [matter], who)
    with pytest.raises(ForbiddenError):
        propose(make_office("river"), [matter])


def test_export_stands_in_the_ledger_and_words_among_the_readings(office: Office) -> None:
    asked, by = (
        Extent(office.community, category="lighting", grid=office.grids[0].pk),
        office.actor("director"),
    )
    plain = record_export(by=by, asked=asked, form="csv", rows=12)
    with pytest.raises(RefusedError):
        record_export(by=by, asked=asked, form="csv", rows=12, personal=["words"], reason="  ")
    personal = record_export(
        by=by, asked=asked, form="xlsx", rows=12, personal=["words"], reason="街道 月度抽查"
    )
    entries = LedgerEntry.objects.filter(event="matters.exported").order_by("number")
    assert [(one.about, one.data["form"], one.data["personal"]) for one in entries] == [
        (plain, "csv", []),
        (personal, "xlsx", ["words"]),
    ]
    assert entries[0].data["category"] == "lighting"
    assert entries[0].data["grid"] == office.grids[0].pk
    [read] = ReadEntry.objects.all()
    assert (read.about, read.fields, read.reason, read.actor) == (
        personal,
        ["words"],
        "街道 月度抽查",
        by.key,
    )
    with pytest.raises(ForbiddenError):
        record_export(by=office.actor("desk"), asked=asked, form="csv", rows=12)
