"""What a mail becomes: the answer of whoever follows a matter, or a matter of its own; once, whatever is cut off when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from linli.desk.common import addresses, clock, ledger, limits, outbox, tokens, uploads
from linli.desk.common.language import name_in
from linli.desk.common.locks import lock
from linli.desk.common.models import Channel, Gateway
from linli.desk.matters import mailbox_letters
from linli.desk.matters.actions.intake import receive_matter
from linli.desk.matters.actions.work import resident_replies
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Category, Mail, Mailbox, Source
from linli.desk.matters.queries import by_follow_code
from linli.desk.people.access import ForbiddenError
from linli.desk.people.actors import RESIDENT
from linli.desk.people.contacts import email_digest, mask_email, normal_email
from linli.desk.people.residents import find_or_make_resident

if TYPE_CHECKING:
    from linli.desk.common.models import Upload
    from linli.desk.matters.mailbox_letters import Letter
    from linli.desk.matters.models import Follower, Matter
    from linli.desk.matters.queries import Following

# Our own choice, all of them: more than any person writes, less than two machines that answer each other.
MOST_A_DAY = 10
MOST_AN_HOUR_OF_ALL = 100
TRIES = 3
LONGEST = 4500
_NAMESPACE = uuid.UUID("5f0d7c1e-2b0a-4a52-9f25-3c1b6a3d9c0e")


@dataclass(frozen=True)
class Place:
    """Where a mail lies, which is what it is known by."""

    generation: int
    uid_validity: int
    uid: int


def known(box: Mailbox, at: Place) -> Mail | None:
    """Find what became of a mail, if it was looked at."""
    return Mail.objects.filter(
        community=box.community_id, generation=at.generation, uid_validity=at.uid_validity, uid=at.uid
    ).first()


def take(*, box: Mailbox, at: Place, raw: bytes) -> Mail:
    """Take a mail in, as what it is; the same again gives what it became.

    Everything is in one transaction, and so is that it was looked at: cut off at any moment, it was taken or it was not.
    """
    try:
        letter = mailbox_letters.read(raw, own=_own(box))
    except mailbox_letters.UnreadableError:
        return note(box=box, at=at, state=Mail.State.ASIDE, reason="unreadable")
    digest = tokens.digest(letter.mark, "mail")
    if letter.machine:
        return note(
            box=box,
            at=at,
            state=Mail.State.IGNORED,
            reason=letter.machine,
            sender=letter.sender,
            digest=digest,
        )
    if not letter.sender:
        return note(box=box, at=at, state=Mail.State.ASIDE, reason="nobody", digest=digest)
    row = known(box, at)
    if (row is None or not row.wanted) and not _within_limits(box, letter.sender):
        return note(
            box=box, at=at, state=Mail.State.ASIDE, reason="many", sender=letter.sender, digest=digest
        )
    photos, left = _photos(box, letter, digest)
    with transaction.atomic():
        lock(box)
        row = known(box, at)
        if row is not None and row.state != Mail.State.TRYING:
            # Another worker was quicker.
            return row
        taker = _Taker(box, letter, digest, photos=photos, left=left)
        return taker.note(at, Mail.State.IGNORED, "twice") if taker.is_known() else taker.take(at)


def _own(box: Mailbox) -> set[str]:
    """Addresses of ours: what comes from one of them has gone round in a circle."""
    gateway = Gateway.objects.filter(channel=Channel.EMAIL).first()
    mailer = addresses.mailer_of(gateway.url) if gateway is not None else None
    return {box.address, box.username, mailer.sender if mailer is not None else ""}


def _within_limits(box: Mailbox, sender: str) -> bool:
    try:
        limits.take(
            key=f"mail:{box.community_id}:{sender}", capacity=MOST_A_DAY, refill_per_s=MOST_A_DAY / 86400
        )
        limits.take(
            key=f"mail:{box.community_id}",
            capacity=MOST_AN_HOUR_OF_ALL,
            refill_per_s=MOST_AN_HOUR_OF_ALL / 3600,
        )
    except limits.LimitedError:
        return False
    return True


def _photos(box: Mailbox, letter: Letter, digest: str) -> tuple[list[Upload], list[str]]:
    """Keep the photos, made anew; under keys of their own mail, so that a second try finds them again."""
    kept, left = [], list(letter.left)
    for number, data in enumerate(letter.photos):
        key = uuid.uuid5(_NAMESPACE, f"{box.community_id}:{digest}:{number}")
        try:
            kept.append(uploads.store_photo(community=box.community, data=data, by="resident", key=key)[0])
        except uploads.UploadError:
            left.append(mailbox_letters.PHOTO)
    return kept, left


class _Taker:
    """One mail on its way in, inside the transaction."""

    def __init__(
        self, box: Mailbox, letter: Letter, digest: str, *, photos: list[Upload], left: list[str]
    ) -> None:
        self.box, self.letter, self.digest, self.photos, self.left = box, letter, digest, photos, left
        self.community = box.community
        self.by = RESIDENT(box.community)
        self.key = uuid.uuid5(_NAMESPACE, f"{box.community_id}:{digest}")
        found = {code: by_follow_code(box.community, code) for code in letter.codes}
        # Codes of this place, whoever sent them: not for everybody who reads the matter.
        self.opened = {code: following for code, following in found.items() if following is not None}
        self.language = language_of(letter.subject + letter.text)

    def is_known(self) -> bool:
        """Whether the same mail came in before, under another number."""
        taken = [Mail.State.MATTER, Mail.State.REPLY]
        return Mail.objects.filter(community=self.community, digest=self.digest, state__in=taken).exists()

    def take(self, at: Place) -> Mail:
        """Add it to the sender's own matter, or make one of it."""
        theirs = [one for one in self.opened.values() if _is_theirs(one.follower, self.letter.sender)]
        if theirs and self._reply(theirs[0]):
            return self._done(at, Mail.State.REPLY, theirs[0].matter)
        if not self.letter.words and not self.photos:
            return self.note(at, Mail.State.ASIDE, "empty")
        category = _category()
        if category is None:
            return self.note(at, Mail.State.ASIDE, "category")
        words = self.letter.words
        if theirs:
            with translation.override(self.language):
                words = _("(About %(code)s)") % {"code": theirs[0].matter.code} + f"\n{words}"
        received = receive_matter(
            community=self.community,
            by=self.by,
            source=Source.EMAIL,
            category=category,
            words=self._said(words),
            uploads=self.photos,
            reporter=find_or_make_resident(
                by=self.by, community=self.community, name=self.letter.sender_name, email=self.letter.sender,
                channel="email", language=self.language,
            ),
            language=self.language,
            key=self.key,
        )  # fmt: skip
        return self._done(at, Mail.State.MATTER, received.matter)

    def _reply(self, following: Following) -> bool:
        """Add it to the matter; False where that is not possible now: then it must not get lost."""
        if not self.letter.text and not self.photos:
            return False
        try:
            with transaction.atomic():
                resident_replies(
                    matter=following.matter, by=self.by, text=self._said(self.letter.text), uploads=self.photos,
                    follower=following.follower, key=self.key,
                )  # fmt: skip
        except (RefusedError, ForbiddenError):
            return False
        return True

    def _said(self, words: str) -> str:
        """Give the words as others may read them, with a word on what was not taken."""
        words = mailbox_letters.without_codes(words, is_code=self.opened)
        with translation.override(self.language):
            if len(words) > LONGEST:
                cut = _("(The mail goes on; it is whole in the mailbox.)")
                words = f"{words[:LONGEST].rstrip()} …\n{cut}"
            if self.left:
                words += "\n\n" + _("(Not taken: %(names)s)") % {"names": self._names()}
        return words

    def _names(self) -> str:
        names = [_("a photo") if name == mailbox_letters.PHOTO else name for name in self.left]
        return ", ".join(names)[:300]

    def _done(self, at: Place, state: Mail.State, matter: Matter) -> Mail:
        if self.left:
            with translation.override(self.language):
                self._tell(
                    _("We have your mail, but not all of it"),
                    _("Your words have reached the committee of %(community)s. What was attached has not: %(names)s. "
                      "Photos are taken, up to %(most)d in a mail; other files are not.")
                    % {"community": name_in(self.community), "names": self._names(), "most": mailbox_letters.MOST_PHOTOS},
                    about=matter.key,
                )  # fmt: skip
        return self.note(at, state, matter=matter)

    def _tell(self, title: str, text: str, *, about: str) -> None:
        outbox.put(
            community=self.community, topic="mail.left", channel="email", to=self.letter.sender, title=title, text=text,
            about=about,
        )  # fmt: skip

    def note(self, at: Place, state: Mail.State, reason: str = "", *, matter: Matter | None = None) -> Mail:
        """Write down what became of it."""
        return note(
            box=self.box, at=at, state=state, reason=reason, sender=self.letter.sender, digest=self.digest, matter=matter
        )  # fmt: skip


def language_of(words: str) -> str:
    """Say in which of our languages to answer."""
    return "zh-hans" if any("\u4e00" <= one <= "\u9fff" for one in words) else "en"


def _is_theirs(follower: Follower, sender: str) -> bool:
    """Whether a code is in the hands of whoever was given it: an address alone anybody can write on a mail."""
    resident = follower.resident
    if resident is not None:
        return bool(resident.email_digest) and resident.email_digest == email_digest(sender)
    return follower.channel == "email" and normal_email(follower.to) == sender


def _category() -> Category | None:
    """Where it is put until the desk has sorted it: "other", or the first that asks for nothing."""
    usable = [
        one
        for one in Category.objects.filter(retired_at=None, sensitive=False)
        if not any(question.get("required") for question in one.questions)
    ]
    return next((one for one in usable if one.key == "other"), next(iter(usable), None))


def refuse_large(*, box: Mailbox, at: Place, raw: bytes) -> Mail:
    """Leave a mail that is too large, of which only the head was read, and tell the sender, who would wait for an answer otherwise."""
    try:
        letter = mailbox_letters.read(raw, own=_own(box))
    except mailbox_letters.UnreadableError:
        return note(box=box, at=at, state=Mail.State.ASIDE, reason="large")
    answered = not letter.machine and bool(letter.sender) and _within_limits(box, letter.sender)
    with transaction.atomic(), translation.override(language_of(letter.subject)):
        lock(box)
        mail = note(box=box, at=at, state=Mail.State.ASIDE, reason="large", sender=letter.sender)
        if answered:
            outbox.put(
                community=box.community, topic="mail.large", channel="email", to=letter.sender,
                title=_("Your mail is too large for us"),
                text=_("Your mail to the committee of %(community)s is larger than %(most)d MB, and was not taken. Please "
                       "send fewer or smaller photos at once.")
                % {"community": name_in(box.community), "most": mailbox_letters.MOST_BYTES // 2**20},
                about=mail.key,
            )  # fmt: skip
        return mail


def note_failure(*, box: Mailbox, at: Place) -> Mail:
    """Write down that working on a mail failed; after the third time a person has to look."""
    with transaction.atomic():
        lock(box)
        row = known(box, at)
        attempts = (row.attempts if row is not None else 0) + 1
        if attempts < TRIES:
            return note(box=box, at=at, state=Mail.State.TRYING, attempts=attempts)
        return note(box=box, at=at, state=Mail.State.ASIDE, reason="failed", attempts=attempts)


def note(
    *,
    box: Mailbox,
    at: Place,
    state: Mail.State,
    reason: str = "",
    sender: str = "",
    digest: str = "",
    matter: Matter | None = None,
    attempts: int = 0,
) -> Mail:
    """Write down what became of a mail, and that all up to it were looked at; in the transaction of what it became."""
    with transaction.atomic():
        lock(box)
        row = known(box, at) or Mail(
            community=box.community, generation=at.generation, uid_validity=at.uid_validity, uid=at.uid
        )
        row.state, row.reason, row.matter, row.attempts = state, reason, matter, attempts
        row.wanted = row.wanted and state == Mail.State.TRYING
        row.digest, row.sender, row.at = digest or row.digest, mask_email(sender) or row.sender, clock.now()
        row.save()
        Mailbox.objects.filter(
            pk=box.pk, generation=at.generation, uid_validity=at.uid_validity, last_uid__lt=at.uid
        ).update(last_uid=at.uid)
        if state == Mail.State.ASIDE:
            ledger.append(
                community=box.community, event="mail.set_aside", by="system", about=row.key, data={"reason": reason}
            )  # fmt: skip
        return row
