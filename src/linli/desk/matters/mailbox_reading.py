"""Looking into the mailboxes: each message once, a broken one set aside, the others never held up by it."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connections
from django.db.models import F
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock
from linli.desk.common.sweeps import sweep, without_words
from linli.desk.matters import mailbox_letters, mailbox_server, mailbox_taking
from linli.desk.matters.mailbox_server import MailboxError
from linli.desk.matters.mailbox_taking import Place
from linli.desk.matters.models import Mail, Mailbox

if TYPE_CHECKING:
    from linli.desk.matters.mailbox_server import Inbox

_log = logging.getLogger(__name__)
EVERY_S, LONGEST_PAUSE_S = 60, 3600
# One look takes no longer, so that every mailbox has its turn; what is left waits for the next.
LOOK_S = 120.0
# Whoever looks has the mailbox to itself for so long.
_CLAIM_S = 600
_TRIED_AGAIN_AFTER = dt.timedelta(minutes=5)
_looking = threading.Lock()


@sweep("mail.looked_for", every_s=30)
def look_for_mail() -> int:
    """Begin to look into the mailboxes that are due, in a thread of its own: a slow server must keep no deadline waiting."""
    with scopes_disabled():
        due = Mailbox.objects.filter(enabled=True, due_at__lte=clock.now()).exists()
    if due and _looking.acquire(blocking=False):
        threading.Thread(target=_look_apart, name="linli-mail", daemon=True).start()
    return int(due)


def _look_apart() -> None:
    try:
        look_into_all()
    except Exception as error:  # noqa: BLE001 -- the next sweep begins again
        _log.error("looking for mail failed: %s", without_words(error))
    finally:
        connections.close_all()
        _looking.release()


def look_into_all() -> int:
    """Look into every mailbox that is due, one after the other; return how many messages were looked at."""
    with scopes_disabled():
        due = list(
            Mailbox.objects.filter(enabled=True, due_at__lte=clock.now())
            .select_related("community")
            .order_by("due_at", "pk")
        )
    return sum(_look_if_mine(box) for box in due)


def _look_if_mine(box: Mailbox) -> int:
    claimed = clock.now() + dt.timedelta(seconds=_CLAIM_S)
    with scope(community=box.community):
        mine = Mailbox.objects.filter(pk=box.pk, due_at=box.due_at, enabled=True)
        if not mine.update(due_at=claimed):
            return 0
        box.due_at = claimed
        return look_into(box)


def look_into(box: Mailbox) -> int:
    """Look into one mailbox, in its community's scope, and note how that went; return how many messages were looked at."""
    try:
        with mailbox_server.opened(box) as inbox:
            done = _look(box, inbox)
    except MailboxError as error:
        pause = min(EVERY_S * 2 ** min(box.failures, 6), LONGEST_PAUSE_S)
        _settle(box, pause_s=pause, failures=F("failures") + 1, problem=error.problem)
        return 0
    _settle(box, pause_s=EVERY_S, failures=0, problem="")
    return done


def _settle(box: Mailbox, *, pause_s: float, **fields: object) -> None:
    now = clock.now()
    # Unless somebody has set up another mailbox meanwhile, which is due at once.
    mine = Mailbox.objects.filter(pk=box.pk, generation=box.generation)
    mine.update(due_at=now + dt.timedelta(seconds=pause_s), looked_at=now, **fields)


def _look(box: Mailbox, inbox: Inbox) -> int:
    ends = time.monotonic() + LOOK_S
    _begin(box, inbox)
    _mark(box, inbox)
    old = inbox.unread(upto=box.first_uid, since=box.since) if box.last_uid < box.first_uid else set()
    new = [uid for uid in inbox.after(box.last_uid) if uid > box.first_uid or uid in old]
    done = 0
    for uid in [*_tried_before(box), *new]:
        if time.monotonic() > ends:
            break
        _look_at(box, inbox, uid)
        done += 1
    else:
        # The old ones are done with.
        Mailbox.objects.filter(
            pk=box.pk, generation=box.generation, uid_validity=box.uid_validity, last_uid__lt=box.first_uid
        ).update(last_uid=box.first_uid)
    _mark(box, inbox)
    return done


def _begin(box: Mailbox, inbox: Inbox) -> None:
    """Where the server has given its messages new numbers, begin with what is unread or new; what was taken is known again."""
    if box.uid_validity == inbox.uid_validity:
        return
    # Days of IMAP have no time zone: one more on the safe side.
    since = (box.looked_at - dt.timedelta(days=2)).date() if box.uid_validity and box.looked_at else None
    box.uid_validity, box.last_uid = inbox.uid_validity, 0
    box.first_uid, box.since = inbox.next_uid - 1, since
    Mailbox.objects.filter(pk=box.pk, generation=box.generation).update(
        uid_validity=box.uid_validity, last_uid=0, first_uid=box.first_uid, since=since
    )


def _here(box: Mailbox) -> dict[str, object]:
    return {"community": box.community_id, "generation": box.generation, "uid_validity": box.uid_validity}


def _tried_before(box: Mailbox) -> list[int]:
    again = Mail.objects.filter(**_here(box), state=Mail.State.TRYING)
    waited = again.filter(wanted=True) | again.filter(at__lte=clock.now() - _TRIED_AGAIN_AFTER)
    return list(waited.order_by("uid").values_list("uid", flat=True))


def _look_at(box: Mailbox, inbox: Inbox, uid: int) -> None:
    at = Place(generation=box.generation, uid_validity=inbox.uid_validity, uid=uid)
    known = mailbox_taking.known(box, at)
    size = inbox.size(uid)
    most = mailbox_server.MOST_BYTES if known and known.wanted else mailbox_letters.MOST_BYTES
    too_large = size is not None and size > most
    raw = inbox.read(uid, head_only=too_large) if size is not None else None
    try:
        if raw is not None:
            (mailbox_taking.refuse_large if too_large else mailbox_taking.take)(box=box, at=at, raw=raw)
        elif known is not None:
            mailbox_taking.note(box=box, at=at, state=Mail.State.ASIDE, reason="gone")
    except (OSError, OperationalError, InterfaceError) as error:
        # No fault of this message's: a full disk, a database that is down. All of it is tried again.
        _log.error("mail of %s: %s", box.pk, without_words(error))
        raise MailboxError("fault") from error
    except Exception as error:  # noqa: BLE001 -- one message must not hold up the others
        _log.error("mail %s of %s failed: %s", uid, box.pk, without_words(error))
        mailbox_taking.note_failure(box=box, at=at)


def _mark(box: Mailbox, inbox: Inbox) -> None:
    """Mark as read what was taken: after the commit, and again where that was cut off."""
    taken = [Mail.State.MATTER, Mail.State.REPLY]
    rows = Mail.objects.filter(**_here(box), state__in=taken, marked=False)
    uids = sorted(rows.values_list("uid", flat=True)[:500])
    if uids:
        inbox.mark(uids)
        rows.filter(uid__in=uids).update(marked=True)
