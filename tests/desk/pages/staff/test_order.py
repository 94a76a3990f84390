"""What puts a matter in order: decided what is public, corrected, made two, joined; and whom to hand it to, with reasons."""

from __future__ import annotations

import io
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from linli.desk.common.models import Message, Upload
from linli.desk.matters import actions, queries
from linli.desk.matters.models import Audience, Category, Matter, Outcome, State, Step
from tests.desk.clock import Frozen
from tests.desk.matters.conftest import IN_SECOND, Receive
from tests.desk.pages.staff.test_pages import act, client_of, now
from tests.desk.people.conftest import Office


def page_of(client: Client, matter: Matter) -> str:
    return client.get(f"/c/willow/desk/matters/{matter.code}/").content.decode()


def photo(matter: Matter, office: Office) -> Upload:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(data, "PNG")
    sent = SimpleUploadedFile("灯.png", data.getvalue(), "image/png")
    act(client_of(office, "desk"), matter, "say", text="我们在修", photos=sent)
    return Upload.objects.latest("pk")


def test_public_words_are_proposed_without_numbers_and_decided_by_a_person(
    office: Office, receive: Receive
) -> None:
    matter = receive(words="路灯坏了，找我13812345678，车牌浙A12345").matter
    clerk, anybody = client_of(office, "desk"), Client(headers={"accept-language": "en"})
    proposed = page_of(clerk, matter).partition('id="publish_words"')[2].partition("</textarea>")[0]
    assert "路灯坏了，找我***，车牌***" in proposed
    seen = photo(matter, office)
    assert (
        act(clerk, matter, "publish", public="yes", words="路灯坏了", show_photos=[str(seen.key)]).status_code
        == 302
    )
    shown = anybody.get(f"/c/willow/matters/{matter.code}/").content.decode()
    assert "路灯坏了" in shown
    assert "13812345678" not in shown
    assert str(seen.key) in shown
    act(clerk, matter, "publish", public="no", words="路灯坏了")
    assert anybody.get(f"/c/willow/matters/{matter.code}/").status_code == 404
    assert (now(matter).public_words, now(matter).public_photos) == ("", [])


def test_photo_of_another_matter_is_not_made_public(office: Office, receive: Receive) -> None:
    mine, other = receive().matter, receive().matter
    photo(mine, office)
    seen = photo(other, office)
    answer = act(client_of(office, "desk"), mine, "publish", public="yes", show_photos=[str(seen.key)])
    assert answer.status_code == 422
    assert now(mine).public_photos == []


def test_what_is_sensitive_has_no_form_to_publish_it(office: Office, receive: Receive) -> None:
    secret = receive(category="help", answers={}).matter
    clerk = client_of(office, "desk")
    assert "verb-publish" not in page_of(clerk, secret)
    assert act(clerk, secret, "publish", public="yes").status_code == 422
    assert not now(secret).public


def test_corrected_words_keep_what_was_said_for_colleagues(office: Office, matter: Matter) -> None:
    before = matter.words
    worker = client_of(office, "grid_worker")
    told = {
        "category": "lighting",
        "words": "三号楼楼道灯坏了",
        "place_words": "三号楼",
        "lon": 120.011,
        "lat": 30.005,
    }
    assert act(worker, matter, "correct", reason="电话里听错了", **told).status_code == 302
    assert (now(matter).words, now(matter).place_words) == ("三号楼楼道灯坏了", "三号楼")
    step = Step.objects.filter(matter=matter).last()
    assert step is not None
    assert before in step.internal_text
    assert "电话里听错了" in step.internal_text
    for audience in (Audience.PUBLIC, Audience.REPORTER):
        assert "correct" not in [one.step.verb for one in queries.timeline(now(matter), audience)]
    assert "楼道灯" in client_of(office, "desk").get("/c/willow/desk/rows/?q=楼道灯").content.decode()


def test_place_decides_the_grid_and_the_chosen_one_holds_where_it_does_not(
    office: Office, matter: Matter
) -> None:
    clerk = client_of(office, "desk")
    told = {"category": "lighting", "words": matter.words}
    act(clerk, matter, "correct", lon=IN_SECOND[0], lat=IN_SECOND[1], grid=office.grids[0].pk, **told)
    assert now(matter).grid == office.grids[1]
    act(clerk, matter, "correct", lon=121.0, lat=31.0, grid=office.grids[0].pk, **told)
    assert now(matter).grid == office.grids[0]
    act(clerk, matter, "correct", lon=121.0, lat=31.0, grid=office.grids[1].pk, **told)
    assert now(matter).grid == office.grids[1]


def test_correction_that_changes_nothing_is_refused(office: Office, matter: Matter) -> None:
    told = {"category": "lighting", "words": matter.words, "lon": matter.lon, "lat": matter.lat}
    answer = act(client_of(office, "desk"), matter, "correct", grid=matter.grid_id, **told)
    assert answer.status_code == 422
    assert "Choose what is to be corrected." in answer.content.decode()
    assert now(matter).version == matter.version


def test_same_correction_sent_twice_is_one(office: Office, matter: Matter) -> None:
    clerk, key = client_of(office, "desk"), str(uuid.uuid4())
    told = {"category": "property", "words": matter.words, "request_key": key, "version": matter.version}
    assert act(clerk, matter, "correct", **told).status_code == 302
    assert act(clerk, matter, "correct", **told).status_code == 302
    assert [step.verb for step in Step.objects.filter(matter=matter)].count("correct") == 1


def test_answers_to_the_former_questions_are_not_lost(office: Office, matter: Matter) -> None:
    act(client_of(office, "desk"), matter, "correct", category="property", words=matter.words)
    step = Step.objects.filter(matter=matter).last()
    assert step is not None
    assert now(matter).answers == {}
    assert "Which light is it? In the street" in step.internal_text


def test_split_tells_the_reporter_of_both_and_asks_no_questions(office: Office, matter: Matter) -> None:
    clerk = client_of(office, "desk")
    answer = act(clerk, matter, "split", words="门口还有积水", category="lighting")
    assert answer.status_code == 302
    part = Matter.objects.get(split_from=matter)
    assert (part.words, part.reporter, part.grid) == ("门口还有积水", matter.reporter, matter.grid)
    assert Message.objects.filter(topic="matter.receive", about=part.key, channel="sms").count() == 1
    assert f"{part.code} is a matter of its own now." in page_of(clerk, matter)
    assert "A part of it" in page_of(clerk, matter)
    assert "It was a part of" in page_of(clerk, part)
    # A category that has to be asked about, without anybody to ask.
    assert act(clerk, matter, "split", words="路面坏了", category="hazard").status_code == 302


def test_joined_matter_goes_on_in_the_other_and_whoever_followed_it_is_told(
    office: Office, matter: Matter, receive: Receive
) -> None:
    main = receive(words="单元门口的路灯不亮了").matter
    clerk = client_of(office, "desk")
    page = page_of(clerk, matter)
    assert "Whoever follows this matter (1 person) is told" in page
    assert f'<option value="{main.code}">' in page
    assert act(clerk, matter, "merge", near=main.code).status_code == 302
    assert (now(matter).state, now(matter).outcome) == (State.CLOSED, Outcome.MERGED)
    assert now(matter).merged_into == main
    assert Message.objects.filter(topic="matter.merge", channel="sms").count() == 1
    assert f"It goes on in {main.code}" in page_of(clerk, matter)
    assert "Joined into this one" in page_of(clerk, main)


def test_matter_is_not_joined_with_itself_or_what_is_not_there(office: Office, matter: Matter) -> None:
    clerk = client_of(office, "desk")
    for into, told in (
        ("26-99999", "There is no matter of that number here."),
        (matter.code, "Choose another matter that is still open."),
        ("", "required"),
    ):
        answer = act(clerk, matter, "merge", into=into)
        assert answer.status_code == 422
        assert told in answer.content.decode()
    assert now(matter).state == State.DISPATCHED


def test_whom_to_hand_it_to_is_suggested_with_reasons(office: Office, receive: Receive, time: Frozen) -> None:
    worker, desk = office.actor("grid_worker"), office.actor("desk")
    for _ in range(3):
        done = receive(source="worker", by=worker).matter
        actions.finish_matter(matter=done, by=worker, text="换了灯泡")
        actions.assign_matter(matter=receive().matter, by=desk, worker=office.accounts["volunteer"])
        Matter.objects.filter(pk=done.pk).update(
            state=State.CLOSED, outcome=Outcome.FIXED, closed_at=time.moment, worker=office.accounts["other"]
        )
    time.move(days=1)
    matter = receive().matter
    form = page_of(client_of(office, "desk"), matter).partition('id="verb-assign"')[2].partition("</form>")[0]
    assert '<strong>grid_worker of willow</strong> <span class="small">works this grid</span>' in form
    assert "settled 3 of 3 such matters in the last year (same kind, same grid)" in form
    assert f'<option value="{office.accounts["grid_worker"].pk}" selected>' in form


def test_nobody_is_suggested_for_what_is_sensitive(office: Office, receive: Receive) -> None:
    secret = receive(category="help", answers={}).matter
    form = page_of(client_of(office, "desk"), secret).partition('id="verb-assign"')[2].partition("</form>")[0]
    assert "hints" not in form
    assert '<option value="" selected>—</option>' in form


def test_why_it_came_to_somebody_is_said(office: Office, receive: Receive) -> None:
    actions.make_rule(
        by=office.actor("desk"),
        worker=office.accounts["volunteer"],
        category=Category.objects.get(key="lighting"),
    )
    clerk = client_of(office, "desk")
    assert "volunteer of willow (a rule says so (no. 1))" in page_of(clerk, receive().matter)
    by_grid = receive(category="property", answers={}).matter
    assert "grid_worker of willow (works this grid)" in page_of(clerk, by_grid)
