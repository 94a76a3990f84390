from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from linli.desk import matters
from linli.desk.common.models import Message
from linli.desk.matters.lifecycle import TRANSITIONS, Outcome, State, Verb
from linli.desk.matters.texts import scrub
from tests.desk.matters.conftest import Receive

CATALOGUE = Path(matters.__file__).parent / "locale"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_resident_is_told_in_their_language(receive: Receive, neighbour, language: str):
    receive(reporter=neighbour, language=language)
    told = Message.objects.get(topic="matter.receive")
    assert (
        told.title == {"zh-hans": "您的反映已收到:26-00001", "en": "We have your report 26-00001"}[language]
    )
    day = {"zh-hans": "2026年11月27日", "en": "Nov. 27, 2026"}[language]
    assert day in told.text


def test_every_state_verb_and_reason_has_its_chinese():
    chinese = gettext.translation("django", CATALOGUE, ["zh_Hans"])
    texts = {edge.why for edge in TRANSITIONS.values()}
    texts |= {
        label._args[0]
        for many in (State, Outcome, Verb)
        for label in (one._label_ for one in many)
        if hasattr(label, "_args")
    }
    assert len(texts) > 50
    assert [text for text in texts if chinese.gettext(text) == text] == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("打13812345678找我", "打***找我"),
        ("邮箱 a.b@example.com", "邮箱 ***"),
        ("浙A12345挡路", "***挡路"),
        ("身份证330106199001011234", "身份证***"),
        ("3号楼 2026年坏的", "3号楼 2026年坏的"),
    ],
)
def test_scrub_takes_out_what_leads_to_a_person(words: str, shown: str):
    assert scrub(words) == shown
