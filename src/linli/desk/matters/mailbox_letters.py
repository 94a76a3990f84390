"""One mail, as it came over the wire → who writes, what, with which photos, and whether a person wrote it at all. Pure."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import TYPE_CHECKING

from linli.desk.common import pictures
from linli.desk.matters import mailbox_texts
from linli.desk.people.contacts import normal_email

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.message import Message

MOST_BYTES = 25 * 1024 * 1024
MOST_PHOTOS = 6
#: Stands in `Letter.left` for a photo that has no other name.
PHOTO = "photo"
_MOST_PARTS = 100
# Logos that programs put under every mail: smaller than any photo.
_DECORATION_BYTES = 8 * 1024
# By which a program vouches for the mail: nothing that somebody sent.
_SEALS = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
# Names that stand for more than the Han letters of the standard itself.
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cn-gb": "gb18030",
             "utf8": "utf-8", "ks_c_5601-1987": "cp949"}  # fmt: skip
_CODE = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Za-z]{4}[-\u2010-\u2015 ]?[0-9A-Za-z]{4}[-\u2010-\u2015 ]?[0-9A-Za-z]{2})(?![0-9A-Za-z])"
)
_MOST_CODES = 20
_ROBOTS = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+.-].*)?@", re.IGNORECASE
)


class UnreadableError(ValueError):
    """What came is no mail that can be read."""


@dataclass(frozen=True)
class Letter:
    """A mail.

    Attributes
    ----------
    mark : by which the same mail is known again: its Message-ID, or a digest of all of it.
    machine : why nobody answers it: "auto", "list", "bounce", "own"; empty where a person wrote it.
    codes : what might be a follow code, from the subject, the addresses and the text, in that order.
    left : names of what was attached and is no photo, or one too many.
    """

    mark: str
    sender: str
    sender_name: str = ""
    machine: str = ""
    subject: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    photos: tuple[bytes, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Subject and text, as one reads them."""
        if not self.subject or self.text.startswith(self.subject):
            return self.text
        return f"{self.subject}\n\n{self.text}".strip()


def read(raw: bytes, *, own: Iterable[str]) -> Letter:
    """Read a mail.

    Parameters
    ----------
    own : addresses of the mailbox: what comes from them has gone round in a circle.

    Raises
    ------
    UnreadableError
    """
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        return _read(message, raw, {normal_email(one) for one in own} - {""})
    except UnreadableError:
        raise
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # The library stumbles over mail in many ways; all of them mean the same to us.
        raise UnreadableError from error


def _read(message: Message, raw: bytes, own: set[str]) -> Letter:
    # Taken apart before it is decoded: a name may be written so that, decoded, it looks like an address.
    senders = getaddresses(_written(message, "From"))
    name, sender = next(
        ((name, normal) for name, address in senders if (normal := normal_email(address))), ("", "")
    )
    mark = _header(message, "Message-ID") or hashlib.sha256(raw).hexdigest()
    machine = _machine(message, sender, own)
    if machine or not sender:
        return Letter(mark=mark, sender=sender, machine=machine)
    subject = _header(message, "Subject")
    text, photos, left = _content(message)
    is_reply = bool(_header(message, "In-Reply-To") or mailbox_texts.answers(subject))
    is_reply = is_reply and not mailbox_texts.passes_on(subject)
    to = " ".join(_header(message, one) for one in ("To", "Cc", "Delivered-To", "X-Original-To"))
    return Letter(
        mark=mark,
        sender=sender,
        sender_name=mailbox_texts.tidy(_in_letters(name))[:100],
        subject=mailbox_texts.bare_subject(mailbox_texts.tidy(subject)),
        text=mailbox_texts.own_words(text, is_reply=is_reply),
        codes=tuple(_codes(subject, to, text)),
        photos=tuple(photos[:MOST_PHOTOS]),
        left=tuple(left + [PHOTO for _more in photos[MOST_PHOTOS:]]),
    )


def _written(message: Message, name: str) -> list[str]:
    """Give a header as it stands in the mail, as often as it does; bytes beyond ASCII as surrogates."""
    found = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return found[:20]


def _header(message: Message, name: str) -> str:
    """Read a header, in whatever letters it is written."""
    return " ".join(_in_letters(one) for one in _written(message, name))


def _in_letters(written: str) -> str:
    """Decode what stands in a header."""
    with suppress(LookupError, ValueError, MessageError):
        written = str(make_header([(part, _charset(charset)) for part, charset in decode_header(written)]))
    # Letters beyond ASCII that nobody declared come as surrogates.
    return " ".join(_decoded(written.encode("utf-8", "surrogateescape"), "").split())


def _charset(name: str | None) -> str | None:
    return None if name is None else _CHARSETS.get(name.lower(), name)


def _decoded(data: bytes, charset: str) -> str:
    wanted = _charset(charset.strip("\"' ").lower()) or ""
    for one in (wanted, "utf-8", "gb18030"):
        try:
            return data.decode(one)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")


def _machine(message: Message, sender: str, own: set[str]) -> str:
    """Say by which sign nobody should answer (RFC 3834, and what programs do besides)."""
    if sender in own:
        return "own"
    path = message.get("Return-Path")
    if message.get_content_type() == "multipart/report" or (path is not None and path.strip() == "<>"):
        return "bounce"
    auto = _header(message, "Auto-Submitted").lower().split(";")[0].strip()
    if auto not in {"", "no"} or any(
        _header(message, one) for one in ("X-Loop", "X-Autoreply", "X-Autorespond", "X-Autoresponse")
    ):
        return "auto"
    precedence = _header(message, "Precedence").lower()
    if precedence == "auto_reply":
        return "auto"
    listed = any(_header(message, one) for one in ("List-Id", "List-Unsubscribe", "List-Post"))
    if precedence in {"bulk", "list", "junk"} or listed:
        return "list"
    return "bounce" if _ROBOTS.match(sender) else ""


def _content(message: Message) -> tuple[str, list[bytes], list[str]]:
    """Take a mail apart: its text, its photos, the names of what else was attached."""
    plain: list[str] = []
    html: list[str] = []
    photos: list[bytes] = []
    left: list[str] = []
    for count, part in enumerate(_parts(message)):
        if count >= _MOST_PARTS:
            raise UnreadableError
        kind, name = part.get_content_type(), _file_name(part)
        attached = part.get_content_disposition() == "attachment" or bool(name)
        if kind in {"text/plain", "text/html"} and not attached:
            text = _decoded(_payload(part), str(part.get_content_charset() or ""))
            (plain if kind == "text/plain" else html).append(text)
            continue
        data = _payload(part)
        inline = part.get_content_disposition() != "attachment" and part.get("Content-ID") is not None
        if kind in _SEALS or (inline and len(data) < _DECORATION_BYTES):
            continue
        if pictures.format_of(data) is not None:
            photos.append(data)
        elif data:
            left.append(name or kind)
    text = mailbox_texts.tidy("\n\n".join(plain))
    return text or "\n\n".join(mailbox_texts.from_html(one) for one in html), photos, left


def _parts(message: Message) -> Iterator[Message]:
    """Give what holds something; of a mail inside the mail only that it is there."""
    if message.get_content_maintype() == "message":
        yield message
    elif message.is_multipart():
        for part in message.get_payload():
            yield from _parts(part)  # type: ignore[arg-type] # a multipart's payload is messages
    else:
        yield message


def _payload(part: Message) -> bytes:
    if part.is_multipart():
        return b"a mail inside the mail"
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _file_name(part: Message) -> str:
    name = part.get_filename() or ""
    name = mailbox_texts.tidy(_in_letters(name))
    return name.replace("\n", " ").replace("/", " ").replace("\\", " ")[-80:]


def _codes(*texts: str) -> Iterator[str]:
    found = dict.fromkeys(one for text in texts for one in _CODE.findall(text))
    # Those that are written as we write them before words that only happen to have ten letters.
    yield from sorted(found, key=lambda code: "-" not in code)[:_MOST_CODES]


def without_codes(text: str, *, is_code: Iterable[str]) -> str:
    """Take codes out of a text that others will read: who has a code has the last word on a matter."""
    for code in is_code:
        text = text.replace(code, "***")
    return text
