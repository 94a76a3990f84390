"""From a resident's first word on a page to their last, as plain forms without script."""

from __future__ import annotations

import re
import uuid
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope
from PIL import Image

from linli.desk.common.models import LedgerEntry, Upload
from linli.desk.matters import actions
from linli.desk.matters.models import Matter, State
from linli.desk.people.models import Account
from tests.desk.people.conftest import Office, make_office

REPORT = "/c/willow/report/"


def picture() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (900, 600), "#446688").save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def reader(language: str = "en") -> Client:
    return Client(headers={"accept-language": language})


def form(**changed) -> dict:
    told = {
        "request_key": str(uuid.uuid4()),
        "category": "lighting",
        "words": "The lamp by the third door is dark",
        "place_words": "third door",
        "lon": "120.011",
        "lat": "30.005",
        "q-lighting-lamp": "in_the_street",
    }
    return told | changed


def sent(client: Client, **changed) -> str:
    """Send a report; the follow code of the answer."""
    answer = client.post(REPORT, form(**changed))
    assert answer.status_code == 302, answer.content.decode()
    found = re.fullmatch(r"/c/willow/follow/([^/]+)/received/", answer["Location"])
    assert found
    client.get(answer["Location"])
    return found[1]


def only_matter(office: Office) -> Matter:
    with scope(community=office.community):
        return Matter.objects.select_related("community", "worker", "category").get()


def test_report_page_asks_in_the_readers_language(office: Office) -> None:
    page = reader("zh-CN").get(REPORT).content.decode()
    assert "您要反映什么" in page
    assert "119" in page
    assert "What is wrong?" in reader().get(REPORT).content.decode()


def test_report_reaches_the_grids_worker_and_gives_a_code(office: Office) -> None:
    client = reader()
    code = sent(client)
    matter = only_matter(office)
    assert matter.worker == office.accounts["grid_worker"]
    assert matter.words == "The lamp by the third door is dark"
    slip = client.get(f"/c/willow/follow/{code}/received/").content.decode()
    assert matter.code in slip
    assert code in slip


def test_report_sent_twice_is_one(office: Office) -> None:
    key = str(uuid.uuid4())
    first, second = sent(reader(), request_key=key), sent(reader(), request_key=key)
    assert first == second
    assert only_matter(office).number == 1


def test_report_with_a_photo_keeps_it_anew_and_shows_it_to_the_reporter_only(office: Office) -> None:
    code = sent(reader(), photos=picture())
    matter = only_matter(office)
    with scope(community=office.community):
        upload = Upload.objects.get()
    assert upload.media_type == "image/webp"
    page = reader().get(f"/c/willow/follow/{code}/").content.decode()
    address = f"/c/willow/follow/{code}/photos/{upload.key}/"
    assert address in page
    assert reader().get(address)["Content-Type"] == "image/webp"
    for other in ("/c/willow/follow/7KQ2-M4XN-9P", f"/c/river/follow/{code}"):
        assert reader().get(f"{other}/photos/{upload.key}/").status_code == 404
    assert str(upload.key) not in reader().get(f"/c/willow/matters/{matter.code}/").content.decode()
    assert reader().get(f"/c/willow/photos/{upload.key}/").status_code == 404
    assert reader().get(f"/c/river/photos/{upload.key}/").status_code == 404


@pytest.mark.parametrize(("field", "value"), [("words", ""), ("category", ""), ("q-lighting-lamp", "")])
def test_report_that_lacks_something_says_so_and_loses_nothing(
    office: Office, field: str, value: str
) -> None:
    with_photo = {} if field == "words" else {"photos": picture()}  # a photo alone says enough
    answer = reader().post(REPORT, form(**{field: value, **with_photo}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert "third door" in page
    with scope(community=office.community):
        assert Matter.objects.count() == 0
        assert Upload.objects.count() == len(with_photo)


def test_report_goes_on_to_the_residents_last_word(office: Office) -> None:
    client = reader()
    code = sent(client)
    follow = f"/c/willow/follow/{code}/"
    matter = only_matter(office)
    worker = office.actor("grid_worker")
    with scope(community=office.community):
        matter = actions.start_matter(matter=matter, by=worker)
        matter = actions.ask_resident(matter=matter, by=worker, question="Which side of the door?")
    assert "Which side of the door?" in client.get(follow).content.decode()
    client.post(f"{follow}reply/", {"request_key": str(uuid.uuid4()), "text": "On the left"})
    assert only_matter(office).state == State.IN_PROGRESS
    with scope(community=office.community):
        actions.finish_matter(matter=only_matter(office), by=worker, text="New lamp")
    assert "New lamp" in client.get(follow).content.decode()
    answer = client.post(
        f"{follow}callback/",
        {
            "request_key": str(uuid.uuid4()),
            "solved": "yes",
            "satisfied": "yes",
            "rating": "5",
            "text": "Thanks",
        },
    )
    assert answer.status_code == 302
    matter = only_matter(office)
    assert (matter.state, matter.solved, matter.satisfied, matter.rating) == (State.CLOSED, True, True, 5)
    with scope(community=office.community):
        events = LedgerEntry.objects.filter(about=matter.key).values_list("event", flat=True)
    assert next(iter(events)) == "matter.received"


def test_staff_who_hold_the_code_do_not_answer_the_callback(office: Office) -> None:
    code = sent(reader())
    worker = office.actor("grid_worker")
    with scope(community=office.community):
        matter = actions.start_matter(matter=only_matter(office), by=worker)
        actions.finish_matter(matter=matter, by=worker, text="New lamp")
    client = reader()
    client.force_login(
        office.accounts["grid_worker"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    client.post(
        f"/c/willow/follow/{code}/callback/",
        {"request_key": str(uuid.uuid4()), "solved": "yes", "satisfied": "yes", "rating": "5"},
    )
    assert only_matter(office).state == State.DONE


def test_wrong_code_looks_like_no_code_and_another_communitys(office: Office) -> None:
    make_office("river")
    code = sent(reader())
    answers = {
        reader().get(path).status_code
        for path in ("/c/willow/follow/7KQ2M4XN9P/", "/c/willow/follow/x/", f"/c/river/follow/{code}/")
    }
    assert len(answers) == 1
    assert answers < {200, 404, 422}
    assert "lamp" not in reader().get(f"/c/river/follow/{code}/").content.decode()


def test_public_list_shows_no_words_of_residents(office: Office) -> None:
    sent(reader(), words="My neighbour Wang took it")
    page = reader().get("/c/willow/matters/").content.decode()
    assert "26-00001" in page
    assert "Wang" not in page
    assert "Wang" not in reader().get("/c/willow/matters/26-00001/").content.decode()


def test_pages_of_no_community_are_absent(office: Office) -> None:
    for path in ("report", "follow", "matters", "matters/26-00001"):
        assert reader().get(f"/c/nowhere/{path}/").status_code == 404
    assert Account.objects.count() > 0
