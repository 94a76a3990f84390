"""Ways of residents besides the straight one: joining what a neighbour told, a QR code, danger, too often, the last word."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django_scopes import scope

from linli.desk.matters import actions, sweeps
from linli.desk.matters.models import Follower, Matter, Source, State, Step
from linli.desk.people.models import Resident
from linli.desk.places.spots import make_spot
from tests.desk.clock import Frozen
from tests.desk.pages.resident.test_report import REPORT, form, only_matter, reader, sent
from tests.desk.people.conftest import Office

CODE = r"/c/willow/follow/([^/]+)/received/"


def key() -> str:
    return str(uuid.uuid4())


def test_a_report_beside_another_is_shown_it_before_it_is_filed(office: Office) -> None:
    sent(reader())
    first = only_matter(office)
    asked = reader().post(REPORT, form(words="路灯不亮", lon="120.0111"))
    page = asked.content.decode()
    assert asked.status_code == 200
    assert first.code in page
    # Nothing of the neighbour's words, nor how far it is to the metre.
    assert "third door" not in page[page.index(first.code) - 2000 : page.index(first.code) + 400]
    assert only_matter(office).number == 1
    assert "路灯不亮" in page

    seen = re.findall(r'name="near_seen" value="([^"]*)"', page)[0]
    sent(reader(), words="路灯不亮", lon="120.0111", near_seen=seen)
    with scope(community=office.community):
        assert Matter.objects.count() == 2


def test_joining_gives_a_code_of_ones_own_that_adds_but_decides_nothing(office: Office) -> None:
    own = sent(reader())
    first = only_matter(office)
    answer = reader().post(REPORT, form(words="四号门也黑", join=first.code))
    code = re.fullmatch(CODE, answer["Location"])[1]
    assert code != own
    with scope(community=office.community):
        assert Matter.objects.count() == 1
        assert Follower.objects.filter(matter=first).count() == 2
        step = Step.objects.get(matter=first, verb="add")
    assert step.public_text == "四号门也黑"
    joined = reader("zh-CN").get(f"/c/willow/follow/{code}/").content.decode()
    # What the neighbour wrote is not theirs to read, nor theirs to decide.
    assert "The lamp by the third door is dark" not in joined
    with scope(community=office.community):
        actions.finish_matter(matter=only_matter(office), by=office.actor("grid_worker"), text="New lamp")
    joined = reader("zh-CN").get(f"/c/willow/follow/{code}/").content.decode()
    assert "New lamp" in joined
    assert 'id="callback"' not in joined
    told = {"request_key": key(), "solved": "yes", "rating": "5"}
    assert reader().post(f"/c/willow/follow/{code}/callback/", told).status_code == 404
    assert only_matter(office).state == State.DONE
    assert 'id="callback"' in reader().get(f"/c/willow/follow/{own}/").content.decode()


def test_following_from_the_public_page_twice_is_once(office: Office) -> None:
    sent(reader())
    first = only_matter(office)
    address, again = f"/c/willow/matters/{first.code}/join/", key()
    codes = {
        re.fullmatch(CODE, reader().post(address, {"request_key": again})["Location"])[1] for _ in range(2)
    }
    assert len(codes) == 1
    with scope(community=office.community):
        assert Follower.objects.filter(matter=first, reported=False).count() == 1


def test_who_works_here_follows_as_the_neighbour_they_are(office: Office) -> None:
    sent(reader())
    first = only_matter(office)
    client = Client()
    client.force_login(
        office.accounts["auditor"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = client.post(f"/c/willow/matters/{first.code}/join/", {"request_key": key()})
    assert re.fullmatch(CODE, answer["Location"])


def done(office: Office, **more: str) -> str:
    """A report that is done; its follow code."""
    code = sent(reader(), **more)
    with scope(community=office.community):
        actions.finish_matter(matter=only_matter(office), by=office.actor("grid_worker"), text="New lamp")
    return code


@pytest.mark.parametrize(
    ("solved", "rating", "after"),
    [
        ("yes", "5", (State.CLOSED, True, True, 5)),
        ("yes", "2", (State.CLOSED, True, False, 2)),
        # Another round begins with nothing of the last one's end.
        ("no", "1", (State.REOPENED, None, None, None)),
    ],
)
def test_the_resident_says_whether_it_is_solved(
    office: Office, solved: str, rating: str, after: tuple
) -> None:
    code = done(office)
    told = {"request_key": key(), "solved": solved, "rating": rating, "text": "谢谢"}
    address = f"/c/willow/follow/{code}/callback/"
    # Pressed twice, it counts once.
    assert [reader().post(address, told).status_code for _ in range(2)] == [302, 302]
    matter = only_matter(office)
    assert (matter.state, matter.solved, matter.satisfied, matter.rating) == after
    with scope(community=office.community):
        answer = matter.callbacks.get()
    assert (answer.solved, answer.rating) == (solved == "yes", int(rating))


def test_who_does_not_want_to_say_closes_it_and_counts_as_unanswered(office: Office) -> None:
    code = done(office)
    assert 'id="waive"' in reader().get(f"/c/willow/follow/{code}/").content.decode()
    assert reader().post(f"/c/willow/follow/{code}/waive/", {"request_key": key()}).status_code == 302
    matter = only_matter(office)
    assert (matter.state, matter.solved, matter.satisfied) == (State.CLOSED, None, None)
    with scope(community=office.community):
        answer = matter.callbacks.get()
    assert answer.answered_at is None
    assert answer.ended_at is not None
    assert 'id="waive"' not in reader().get(f"/c/willow/follow/{code}/").content.decode()


def test_an_answer_that_lacks_something_says_so_and_keeps_the_words(office: Office) -> None:
    code = done(office)
    told = {"request_key": key(), "solved": "yes", "text": "灯亮了"}
    answer = reader("zh-CN").post(f"/c/willow/follow/{code}/callback/", told)
    assert answer.status_code == 422
    assert "灯亮了" in answer.content.decode()
    assert 'id="rating-wrong"' in answer.content.decode()
    assert only_matter(office).state == State.DONE


def test_a_matter_is_reopened_by_its_code_and_only_for_a_while(office: Office, time: Frozen) -> None:
    code = done(office)
    reader().post(
        f"/c/willow/follow/{code}/callback/", {"request_key": key(), "solved": "yes", "rating": "4"}
    )
    address = f"/c/willow/follow/{code}/reopen/"
    time.move(days=89)
    assert reader().post(address, {"request_key": key(), "reason": ""}).status_code == 422
    assert reader().post(address, {"request_key": key(), "reason": "又灭了"}).status_code == 302
    assert (only_matter(office).state, only_matter(office).reopened) == (State.REOPENED, 1)
    worker = office.actor("grid_worker")
    with scope(community=office.community):
        started = actions.start_matter(matter=only_matter(office), by=worker)
        actions.finish_matter(matter=started, by=worker, text="再换")
    reader().post(
        f"/c/willow/follow/{code}/callback/", {"request_key": key(), "solved": "yes", "rating": "4"}
    )
    time.move(days=91)
    late = reader("zh-CN").post(address, {"request_key": key(), "reason": "又灭了"})
    assert late.status_code in {404, 422}
    assert only_matter(office).state == State.CLOSED


def test_too_many_reports_say_when_to_try_again_and_lose_nothing(office: Office, time: Frozen) -> None:
    for number in range(20):
        sent(reader(), words=f"Lamp {number}", lon="", lat="")
    answer = reader("zh-CN").post(REPORT, form(words="第二十一盏灯", lon="", lat=""))
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "请过 1 分钟再试" in page
    assert "第二十一盏灯" in page
    # One more a minute; and another place at the net is not kept waiting.
    elsewhere = Client(REMOTE_ADDR="198.51.100.7").post(REPORT, form(words="Elsewhere", lon="", lat=""))
    assert elsewhere.status_code == 302
    time.move(minutes=1)
    sent(reader(), words="第二十一盏灯", lon="", lat="")
    assert sweeps.settle() == 1
    with scope(community=office.community):
        assert Matter.objects.count() == 22


def test_too_many_codes_are_told_to_wait(office: Office) -> None:
    code = sent(reader())
    for _ in range(58):
        assert reader().post("/c/willow/follow/", {"code": "7KQ2-M4XN-9P"}).status_code == 404
    assert reader().post("/c/willow/follow/", {"code": code}).status_code == 302
    answer = reader("zh-CN").post("/c/willow/follow/", {"code": code})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "10"
    assert "119" in answer.content.decode()


def test_a_qr_code_fills_in_its_place(office: Office) -> None:
    with scope(community=office.community):
        spot = make_spot(
            community=office.community, kind="lamp", name_zh="3号楼路灯", name_en="Lamp 3",
            lon=120.025, lat=30.005, by=office.accounts["desk"].key,
        )  # fmt: skip
    answer = reader("zh-CN").get(f"/c/willow/q/{spot.code}/")
    assert answer["Location"] == f"{REPORT}?at={spot.code}"
    page = reader("zh-CN").get(answer["Location"]).content.decode()
    assert "3号楼路灯" in page
    assert f'name="spot" value="{spot.code}"' in page
    sent(reader(), spot=spot.code, lon="", lat="", place_words="")
    matter = only_matter(office)
    assert (matter.source, matter.spot_id, matter.lon, matter.lat) == (Source.QR, spot.pk, 120.025, 30.005)
    assert matter.worker == office.accounts["other"]
    # A code that leads nowhere, and one of another community, open the page without a place.
    assert reader().get("/c/willow/q/NO-SUCH/")["Location"] == REPORT


def test_danger_is_told_its_number_before_anything_is_asked(office: Office) -> None:
    office.community.emergency_numbers = {
        "fire": "119",
        "police": "110",
        "ambulance": "120",
        "traffic": "122",
    }
    office.community.save()
    page = reader("zh-CN").get(REPORT).content.decode()
    numbers = [page.index(f'href="tel:{number}"') for number in ("119", "120", "110")]
    assert max(numbers) < page.index("<form", page.index("<main"))
    ebike = page[page.index('value="ebike"') :]
    assert ebike.index('href="tel:119"') < ebike.index('name="q-ebike-')
    sent(reader(), category="ebike", **answers_for(page, "ebike"))
    slip = (
        reader("zh-CN").get(f"/c/willow/follow/{only_matter(office).follow_code}/received/").content.decode()
    )
    assert slip.index('href="tel:119"') < slip.index('id="follow-code"')


def test_the_numbers_are_the_communitys_own(office: Office) -> None:
    office.community.emergency_numbers = {"fire": "112", "police": "112", "ambulance": "112"}
    office.community.save()
    page = reader("zh-CN").get(REPORT).content.decode()
    aside = page[page.index('class="emergency"') : page.index("</aside>")]
    assert re.findall(r"tel:(\d+)", aside) == ["112"]
    assert "119" not in page


def answers_for(page: str, category: str) -> dict[str, str]:
    """The first choice of every question about a category."""
    found: dict[str, str] = {}
    for name, value in re.findall(rf'name="(q-{category}-[^"]+)" value="([^"]+)"', page):
        found.setdefault(name, value)
    return found


def test_staff_see_nothing_of_somebody_who_left_no_name(office: Office) -> None:
    sent(reader())
    with scope(community=office.community):
        assert Resident.objects.count() == 0
    assert only_matter(office).reporter is None
