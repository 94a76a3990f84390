"""What is read out of mails as programs write them; nothing of it touches the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.desk.matters import mailbox_letters, mailbox_texts
from linli.desk.matters.mailbox_letters import Letter, UnreadableError
from tests.desk.matters.letters import OURS, RESIDENT, letter, photo


def read(raw: bytes) -> Letter:
    return mailbox_letters.read(raw, own=(OURS,))


def test_plain_text_stands_before_html():
    told = read(letter("纯文本", html="<p>网页</p>"))
    assert (told.text, told.subject, told.sender, told.sender_name) == (
        "纯文本",
        "路灯坏了",
        RESIDENT,
        "张三",
    )


def test_html_is_read_without_scripts_styles_and_markup():
    html = """<html><head><title>t</title><style>p{color:red}</style></head><body>
    <script>alert(1)</script><div>第一行&nbsp;&amp; more<br>第二行</div><p>第三<b>行</b></p>
    <img src="http://track.example/x.gif" onerror="x()"><noscript>hidden</noscript></body></html>"""
    told = read(letter("", html=html))
    assert told.text == "第一行 & more\n第二行\n\n第三行"


@pytest.mark.parametrize(
    "html", ["<p>open", "<script>x", "<<<>>>", "<p>a<!-- b", "&#x110000;&#0;x", "<svg><p>hid</svg>seen"]
)
def test_broken_html_does_not_break_reading(html: str):
    assert "alert" not in mailbox_texts.from_html(html)


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "big5", "utf-8"])
def test_chinese_letters_are_read_whatever_their_encoding(charset: str):
    words = "路燈壞了" if charset == "big5" else "路灯坏了,请来修"
    head = f"From: {RESIDENT}\r\nSubject: x\r\nMessage-ID: <1@x>\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    assert read(head.encode() + words.encode(charset)).text == words


def test_letters_beyond_a_declared_gb2312_are_read_too():
    head = f"From: {RESIDENT}\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
    assert read(head.encode() + "喆镕".encode("gb18030")).text == "喆镕"


def test_subject_in_undeclared_bytes_is_read():
    raw = f"From: {RESIDENT}\r\nSubject: ".encode() + "路灯".encode("gbk") + b"\r\n\r\nx"
    assert read(raw).subject == "路灯"


def test_a_name_that_looks_like_an_address_is_no_sender():
    # =?utf-8?q?=22victim=40x=2Ecn=22=2C?= decodes to "victim@x.cn",
    raw = b"From: =?utf-8?q?victim=40x=2Ecn=2C?= <attacker@y.cn>\r\n\r\nx"
    assert read(raw).sender == "attacker@y.cn"


REPLIES = {
    "marked": "好的,东边那盏。\n\n在 2026年11月24日,社区 写道:\n> 请问是哪一盏?\n> 谢谢",
    "english": "The east one.\n\nOn Tue, Nov 24, 2026 at 9:00 AM Committee <a@b.cn> wrote:\n\n> Which one?\n",
    "two lines": "The east one.\n\nOn Tue, Nov 24, 2026 at 9:00 AM Committee\n<a@b.cn> wrote:\n> Which one?\n",
    "qq": '东边\n\n------------------ 原始邮件 ------------------\n发件人: "社区" <a@b.cn>;\n请问是哪一盏?',
    "netease": "东边\n---- 回复的原邮件 ----\n| 发件人 | a@b.cn |\n请问是哪一盏?",
    "outlook": "The east one.\n\n________________________________\nFrom: A <a@b.cn>\nSent: Tuesday\nTo: B\nSubject: Re\n\nWhich one?",
    "outlook zh": "东边\n\n发件人: 社区 <a@b.cn>\n发送时间: 2026年11月24日\n收件人: 张三\n主题: 问题\n\n请问是哪一盏?",
    "unmarked": '东边\n\n在 2026-11-24 09:00:00,"社区" <a@b.cn> 写道:\n请问是哪一盏?',
}  # fmt: skip


@pytest.mark.parametrize("kind", REPLIES)
def test_quoted_words_are_cut_from_answers(kind: str):
    said = mailbox_texts.own_words(REPLIES[kind], is_reply=True)
    assert said.startswith(("好的", "The east one.", "东边"))
    assert "which" not in said.lower()
    assert "哪一盏" not in said
    assert "a@b.cn" not in said


def test_answers_between_the_quoted_lines_stay():
    text = "在 周二 社区 写道:\n> 是哪一盏?\n东边的\n> 几点看到的?\n晚上八点"
    assert mailbox_texts.own_words(text, is_reply=True) == "东边的\n晚上八点"


@pytest.mark.parametrize(
    ("text", "is_reply"),
    [
        # Not an answer: nothing is quoted, whatever it looks like.
        ("> 门牌\n发件人: 张三\n收件人: 李四\n主题: 信", False),
        # Nothing but quotation: better too much than nothing.
        ("> 请看\n> 这个", True),
        # Passed on: what is quoted is what is meant.
        ("请看\n---------- Forwarded message ---------\nFrom: A\nDate: x\nSubject: y\n\n电梯停了", True),
        # One line that only begins like a head.
        ("时间: 昨晚八点\n三号楼漏水", True),
        ("From: what I saw the lamp is out", True),
    ],
)
def test_what_cannot_be_told_from_own_words_stays(text: str, is_reply: bool):
    assert mailbox_texts.own_words(text, is_reply=is_reply) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("灯坏了\n\n-- \n张三\n138…", "灯坏了"),
        ("灯坏了\n\n发自我的iPhone", "灯坏了"),
        ("The lamp\n\nSent from my Galaxy", "The lamp"),
        ("第一\n--\n签名", "第一"),
        ("--\n只有签名", "--\n只有签名"),
        ("价格 -- 很高\n还有", "价格 -- 很高\n还有"),
        ("发自我的iPhone", "发自我的iPhone"),
    ],
)
def test_signatures_are_cut(text: str, left: str):
    assert mailbox_texts.own_words(text, is_reply=False) == left


@pytest.mark.parametrize(
    ("subject", "bare"),
    [("Re: Re:回复：路灯", "路灯"), ("答复: 转发: x", "x"), ("RE[2]: x", "x"), ("Regarding: x", "Regarding: x"), ("", "")],
)  # fmt: skip
def test_subject_is_told_without_its_prefixes(subject: str, bare: str):
    assert mailbox_texts.bare_subject(subject) == bare


def test_decorations_of_programs_are_no_photos_and_mails_inside_are_not_opened():
    html = '<img src="cid:logo">灯坏了'
    logo = b"\x89PNG\r\n\x1a\n" + bytes(500)
    raw = (
        f"From: {RESIDENT}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
        "--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\n"
    ).encode()
    raw += (
        logo
        + b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.cn\r\n\r\nsecret inside\r\n--b--\r\n"
    )
    told = read(raw)
    assert (told.text, told.photos, told.left) == ("灯坏了", (), ("message/rfc822",))


def test_no_more_than_six_photos_are_taken():
    files = tuple((f"{n}.jpg", "image/jpeg", photo(120 + n)) for n in range(8))
    told = read(letter(files=files))
    assert (len(told.photos), told.left) == (6, ("photo", "photo"))


def test_codes_are_found_in_subject_addresses_and_quoted_text():
    told = read(
        letter(
            "好\n> https://x.cn/c/w/follow/7KQ2-M4XN-9P/", subject="Re: ABCD-EFGH-JK", to="p+1234567890@w.cn"
        )
    )
    assert set(told.codes) == {"7KQ2-M4XN-9P", "ABCD-EFGH-JK", "1234567890"}


@given(st.binary(max_size=600))
def test_any_bytes_are_a_letter_or_unreadable(raw: bytes):
    try:
        told = read(raw)
    except UnreadableError:
        return
    assert "\x00" not in told.words
    told.words.encode("utf-8")


@given(
    st.text(max_size=60),
    st.text(max_size=200),
    st.sampled_from(["utf-8", "gb2312", "nonsense", "utf-7", "idna"]),
    st.sampled_from(["quoted-printable", "base64", "8bit", "x-uuencode"]),
)
def test_any_mail_of_any_encoding_is_a_letter_or_unreadable(
    subject: str, text: str, charset: str, coding: str
):
    head = (
        f"From: {RESIDENT}\r\nSubject: {' '.join(subject.split())}\r\n"
        f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    )
    raw = head.encode("utf-8", "replace") + text.encode("utf-8", "replace")
    try:
        told = read(raw)
    except UnreadableError:
        return
    told.words.encode("utf-8")
    assert told.sender in {RESIDENT, ""}
