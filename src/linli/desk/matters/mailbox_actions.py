"""What a director decides about the community's mailbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters import mailbox_server
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.mailbox_reasons import PROBLEMS
from linli.desk.matters.mailbox_server import MailboxError
from linli.desk.matters.models import Mail, Mailbox
from linli.desk.people.access import require
from linli.desk.people.contacts import normal_email

if TYPE_CHECKING:
    import uuid

    from linli.desk.people.actors import Actor

_HOST = re.compile(r"[\w.-]{1,253}\Z|[0-9A-Fa-f:]{2,39}\Z")
_WHERE = ("host", "username", "folder")


def set_mailbox(
    *,
    by: Actor,
    host: str,
    port: int,
    security: str,
    username: str,
    password: str,
    folder: str,
    address: str,
    enabled: bool,
    key: uuid.UUID | None = None,
) -> Mailbox:
    """Have residents' mail read from there from now on. Without a password, the one that is known stays.

    Raises
    ------
    ForbiddenError
        `by` may not.
    RefusedError
        Something of it makes no sense, or the password is missing.
    """
    require(by, "matters.mailbox", by.community)
    told = _checked(
        host=host, port=port, security=security, username=username, password=password, folder=folder, address=address
    )  # fmt: skip

    def make() -> dict[str, Any]:
        before = Mailbox.objects.filter(community=by.community).first()
        box = _written(before, told, by=by, enabled=enabled)
        ledger.append(
            community=by.community, event="mailbox.set", by=by.key, about=f"mailbox:{box.pk}",
            data={"enabled": enabled, "moved": before is None or before.generation != box.generation},
        )  # fmt: skip
        return {"mailbox": box.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        made = once(community=by.community, key=key, verb="matters.set_mailbox", make=make)
        return Mailbox.objects.select_related("community").get(pk=made["mailbox"])


def _written(before: Mailbox | None, told: dict[str, Any], *, by: Actor, enabled: bool) -> Mailbox:
    box = before or Mailbox(community=by.community)
    moved = before is not None and any(getattr(before, field) != told[field] for field in _WHERE)
    password = told.pop("password") or _kept(before, told["host"])
    if not password:
        raise RefusedError(_("Give the password as well: it is sent to this server only."))
    for field, value in told.items():
        setattr(box, field, value)
    box.password, box.enabled = password, enabled
    box.due_at, box.failures, box.problem = clock.now(), 0, ""
    if moved:
        # Its messages have other numbers, and none of them has been looked at.
        box.generation += 1
        box.uid_validity, box.last_uid, box.first_uid, box.since, box.looked_at = None, 0, 0, None, None
    if before is None:
        box.save()
    else:
        # Not how far it has been read, which is being written meanwhile.
        fields = [*told, "password", "enabled", "due_at", "failures", "problem"]
        reading = ["generation", "uid_validity", "last_uid", "first_uid", "since", "looked_at"]
        box.save(update_fields=fields + reading if moved else fields)
    return box


def _kept(before: Mailbox | None, host: str) -> str:
    """The password that is known; never sent to another server than the one it was given for."""
    return before.password if before is not None and before.host == host else ""


def _checked(**told: Any) -> dict[str, Any]:
    given = dict(told)
    # A password may begin or end with a space.
    for field in ("host", "username", "folder", "address"):
        given[field] = given[field].strip()
    given["host"] = given["host"].lower()
    if not _HOST.match(given["host"]):
        raise RefusedError(_("This is no server's name: it looks like imap.example.com."))
    if not 1 <= given["port"] <= 65535:
        raise RefusedError(_("A port is a number from 1 to 65535; usually 993."))
    if given["security"] not in Mailbox.Security.values:
        raise RefusedError(_("Choose how the connection is kept from being read."))
    if not given["username"] or len(given["username"]) > 254:
        raise RefusedError(_("Give the user name of the mailbox; often it is the address."))
    if given["address"] and not normal_email(given["address"]):
        raise RefusedError(_("This is no e-mail address: it looks like name@example.com."))
    given["folder"] = given["folder"] or "INBOX"
    if len(given["folder"]) > 100 or not given["folder"].isprintable():
        raise RefusedError(_("This is no folder's name. The usual one is INBOX."))
    return given


def try_mailbox(*, by: Actor) -> tuple[int, int]:
    """Open the mailbox as it is set, whether or not it is switched on; count the messages there, and the unread ones.

    Raises
    ------
    RefusedError
        It cannot be opened; the message says why and what to do.
    """
    require(by, "matters.mailbox", by.community)
    with scope(community=by.community):
        box = Mailbox.objects.filter(community=by.community).first()
    if box is None:
        raise RefusedError(_("First say where the mailbox is."))
    try:
        with mailbox_server.opened(box) as inbox:
            return inbox.counts()
    except MailboxError as error:
        raise RefusedError(str(PROBLEMS[error.problem])) from error


def try_again(*, by: Actor, mail: Mail, key: uuid.UUID | None = None) -> None:
    """Have a mail that was set aside taken at the next look, whatever its size and however many came."""
    require(by, "matters.mailbox", mail)

    def again() -> dict[str, Any]:
        aside = Mail.objects.filter(pk=mail.pk, state=Mail.State.ASIDE)
        if not aside.update(state=Mail.State.TRYING, reason="", attempts=0, wanted=True):
            raise RefusedError(_("This mail is no longer set aside."))
        Mailbox.objects.filter(community=by.community, enabled=True).update(due_at=clock.now())
        ledger.append(community=by.community, event="mail.tried_again", by=by.key, about=mail.key)
        return {"mail": mail.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        once(community=by.community, key=key, verb=f"matters.try_again:{mail.pk}", make=again)
