from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from linli.desk.common import search
from linli.desk.common.models import SearchEntry
from linli.desk.common.search_words import tokens_of, wanted
from linli.desk.places.models import Community

TEXTS = {
    1: "三号楼水管道漏水",
    2: "3号楼路灯不亮, lamp post broken near Päijänne",
    3: "水管旁边的井盖松动",
    4: "广场舞噪音",
    5: "31号楼电梯重新检修",
    6: "绿化带里有垃圾",
}


@pytest.fixture
def written(bridge: Community) -> Community:
    for number, text in TEXTS.items():
        search.put(community=bridge, kind="matter", object_id=number, text=text)
    return bridge


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("水管道", {1}),
        ("管道", {1}),
        ("水管", {1, 3}),
        ("水", {1, 3}),
        ("sgd", {1}),
        ("SGD", {1}),
        ("sg", {1, 3}),
        ("gdls", {1}),
        ("shuiguan", {1, 3}),
        ("shuiguandao", {1}),
        ("guandao", {1}),
        ("shuigu", {1, 3}),
        ("ld", {2, 5}),
        ("ludeng", {2}),
        ("lamp", {2}),
        ("lam brok", {2}),
        ("Ｌａｍｐ", {2}),
        ("paijanne", {2}),
        ("PÄIJÄNNE", {2}),
        ("3号楼", {2}),
        ("31号楼", {5}),
        ("号楼", {1, 2, 5}),
        ("电梯 检修", {5}),
        ("检修，电梯！", {5}),
        ("chongxin", {5}),
        ("lvhua", {6}),
        ("lühua", {6}),
        ("管道 路灯", set()),
        ("道管", set()),
        ("guan shui", {1, 3}),
        ("lamp AND broken", set()),
        ("nothing", set()),
        ("", set()),
        ("！，。 ---", set()),
        ("\" OR * ' ; DROP TABLE", set()),
        ("NEAR(lamp post)", {2}),
    ],
)
def test_find_by_words_pinyin_and_initials(written: Community, words: str, found: set[int]) -> None:
    assert set(search.find(community=written, kind="matter", words=words)) == found


@pytest.mark.django_db
def test_find_gives_the_best_first_and_no_more_than_asked(bridge: Community) -> None:
    search.put(
        community=bridge, kind="matter", object_id=1, text="路灯坏了，" + "其他的事情说了很多很多，" * 20
    )
    search.put(community=bridge, kind="matter", object_id=2, text="路灯不亮，路灯闪")
    search.put(community=bridge, kind="matter", object_id=3, text="井盖")
    for number in (4, 5):
        search.put(community=bridge, kind="matter", object_id=number, text="门口路灯坏了两天")
    assert search.find(community=bridge, kind="matter", words="路灯") == [2, 5, 4, 1]
    assert search.find(community=bridge, kind="matter", words="路灯", limit=2) == [2, 5]


@pytest.mark.django_db
def test_thing_put_again_is_found_by_its_new_words_alone(written: Community) -> None:
    search.put(community=written, kind="matter", object_id=1, text=["燃气味", "厨房"])
    assert search.find(community=written, kind="matter", words="管道") == []
    assert search.find(community=written, kind="matter", words="燃气") == [1]
    assert search.find(community=written, kind="matter", words="燃气 厨房") == [1]
    assert search.find(community=written, kind="matter", words="气味厨房") == []


@pytest.mark.django_db
def test_removed_thing_is_found_no_more_and_leaves_nothing_in_the_index(written: Community) -> None:
    token = tokens_of("噪音")[-2]
    search.remove(community=written, kind="matter", object_id=4)
    search.forget()
    assert search.find(community=written, kind="matter", words="噪音") == []
    assert set(search.find(community=written, kind="matter", words="水管")) == {1, 3}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT block FROM common_search_fts_data")
            blocks = b"".join(bytes(row[0]) for row in cursor.fetchall())
        assert token.encode()[1:] not in blocks


@pytest.mark.django_db
def test_index_follows_the_table_whoever_writes_it(written: Community) -> None:
    SearchEntry.objects.model._base_manager.filter(object_id=3).delete()
    assert search.find(community=written, kind="matter", words="水管") == [1]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO common_search_fts(common_search_fts, rank) VALUES ('integrity-check', 1)"
            )


@pytest.mark.django_db
def test_things_of_another_kind_or_community_are_not_found(written: Community, mill: Community) -> None:
    search.put(community=written, kind="resident", object_id=9, text="水管道")
    search.put(community=mill, kind="matter", object_id=8, text="水管道")
    assert search.find(community=written, kind="matter", words="管道") == [1]
    assert search.find(community=written, kind="resident", words="管道") == [9]
    assert search.find(community=mill, kind="matter", words="管道") == [8]
    search.remove(community=mill, kind="matter", object_id=1)
    assert search.find(community=written, kind="matter", words="管道") == [1]


@pytest.mark.django_db
def test_long_text_is_taken(bridge: Community) -> None:
    search.put(community=bridge, kind="matter", object_id=1, text="水管道漏水路灯不亮" * 3000 + "x" * 5000)
    assert search.find(community=bridge, kind="matter", words="漏水") == [1]


def test_tokens_are_of_plain_letters_and_digits() -> None:
    tokens = tokens_of("3号楼 水管道 Päijänne Привет 𠮷野家 ﾊﾝｶｸ 한국어")
    assert all(token.isascii() and token.isalnum() and token == token.lower() for token in tokens)
    assert {"w3", "pshuiguandao", "pguandao", "isgd", "igd", "wpaijanne"} <= set(tokens)


def test_one_letter_is_not_taken_for_initials() -> None:
    assert wanted("s") == [("ws*", "ps*")]
    assert wanted("31") == [("w31",)]
    assert wanted("水管 水管") == wanted("水管")


@given(st.text(max_size=60))
def test_any_text_makes_tokens_that_hold_what_is_wanted_of_it(text: str) -> None:
    tokens = tokens_of(text)
    assert all(token.isascii() and token.isalnum() for token in tokens)
    for group in wanted(text):
        assert any(
            any(token.startswith(one[:-1]) if one.endswith("*") else token == one for token in tokens)
            for one in group
        )
