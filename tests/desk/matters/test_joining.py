from __future__ import annotations

import pytest

from linli.desk.common import ledger, search
from linli.desk.common.models import Message
from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter, State, Step
from linli.desk.matters.queries import by_follow_code, duplicates, matter_for, matters_for, recurring
from linli.desk.people.access import AbsentError, ForbiddenError
from linli.desk.people.actors import RESIDENT
from linli.desk.people.residents import erase_resident
from tests.desk.matters.conftest import IN_FIRST, IN_SECOND, Receive
from tests.desk.people.conftest import Office


def test_merged_report_keeps_its_reporter_told(receive: Receive, matter: Matter, office: Office, neighbour):
    other = receive(words="路灯不亮")
    merged = actions.merge_matters(matter=matter, into=other.matter, by=office.actor("desk"))
    assert (merged.state, merged.outcome, merged.merged_into) == ("closed", "merged", other.matter)
    assert Message.objects.filter(topic="matter.merge", channel="sms").count() == 1
    opened = by_follow_code(office.community, matter.follow_code)
    assert opened is not None
    assert (opened.matter, opened.reported) == (other.matter, True)
    actions.start_matter(matter=other.matter, by=office.actor("grid_worker"))
    assert Message.objects.filter(topic="matter.start", channel="sms", about=other.matter.key).count() == 1


def test_split_makes_a_second_matter_of_the_same_reporter(matter: Matter, office: Office):
    litter = Category.objects.get(key="sanitation")
    part = actions.split_matter(matter=matter, by=office.actor("desk"), words="楼下还有垃圾", category=litter)
    assert (part.split_from, part.reporter, part.category) == (matter, matter.reporter, litter)
    assert Message.objects.filter(topic="matter.receive", about=part.key).count() == 1


def test_who_joined_adds_but_has_not_the_last_word(matter: Matter, office: Office):
    resident = RESIDENT(office.community)
    follower, code = actions.follow(matter=matter, by=resident)
    opened = by_follow_code(office.community, code)
    assert opened is not None
    assert not opened.reported
    actions.resident_replies(matter=matter, by=resident, text="我也看到了", follower=follower)
    matter = actions.finish_matter(matter=matter, by=office.actor("grid_worker"), text="好了")
    with pytest.raises(ForbiddenError):
        actions.resident_answers(matter=matter, by=resident, solved=True, satisfied=True, follower=follower)


def test_what_is_not_public_cannot_be_joined(receive: Receive, office: Office):
    with pytest.raises(ForbiddenError):
        actions.follow(matter=receive(confidential=True).matter, by=RESIDENT(office.community))


def test_duplicates_are_near_in_place_and_words(receive: Receive, office: Office):
    near = receive(words="路灯坏了").matter
    receive(words="路灯坏了", at=IN_SECOND)
    receive(words="路灯坏了", confidential=True)
    lamp = Category.objects.get(key="lighting")
    lon, lat = IN_FIRST
    found = duplicates(community=office.community, category=lamp, lon=lon + 0.001, lat=lat, words="灯不亮")
    assert found == [near]


def test_third_time_at_one_place_comes_back(receive: Receive, office: Office):
    for _number in range(2):
        receive()
    assert recurring(office.community) == []
    receive(at=(IN_FIRST[0] + 0.0005, IN_FIRST[1]))
    (found,) = recurring(office.community)
    assert (found.category.key, len(found.matters)) == ("lighting", 3)


@pytest.mark.parametrize("name", ["other", "volunteer", "mediator"])
def test_matter_of_another_looks_absent(matter: Matter, office: Office, name: str):
    with pytest.raises(AbsentError):
        matter_for(office.actor(name), matter.code)
    assert list(matters_for(office.actor(name))) == []


@pytest.mark.parametrize("name", ["director", "desk", "auditor", "grid_worker"])
def test_matter_is_seen_by_those_it_concerns(matter: Matter, office: Office, name: str):
    assert matter_for(office.actor(name), matter.code) == matter
    assert list(matters_for(office.actor(name))) == [matter]


def test_list_takes_one_query_for_one_and_for_three(
    receive: Receive, office: Office, django_assert_num_queries
):
    actor = office.actor("desk")
    for count in (1, 3):
        while Matter.objects.count() < count:
            receive()
        with django_assert_num_queries(1):
            rows = list(matters_for(actor)[:50])
            shown = [(row.grid.name_zh, row.worker.name, row.category.name_zh) for row in rows]
        assert len(shown) == count


def test_erased_resident_leaves_no_words_and_a_whole_ledger(matter: Matter, office: Office, neighbour):
    actions.resident_replies(matter=matter, by=RESIDENT(office.community), text="在301门口")
    erase_resident(by=office.actor("director"), resident=neighbour, reason="本人要求")
    matter.refresh_from_db()
    assert (matter.words, matter.lon, matter.reporter, matter.state) == ("", None, None, State.DISPATCHED)
    assert not Step.objects.exclude(public_text="").exists()
    assert not Message.objects.filter(about=matter.key).exists()
    assert search.find(community=office.community, kind="matter", words="路灯") == []
    assert by_follow_code(office.community, matter.follow_code) is None
    assert ledger.verify(community=office.community) == []
