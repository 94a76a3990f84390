"""Why a mailbox cannot be read, and why a mail was not taken: what it is, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PROBLEMS: dict[str, StrPromise] = {
    "private": _(
        "This server is in a private network. Only whoever runs Linli can allow that (LINLI_INNER_NETWORKS)."
    ),
    "certificate": _(
        "The server's certificate is not for this name, or nobody known has signed it. Check the server's name, or ask "
        "the mail provider."
    ),
    "unreachable": _("The server does not answer. Check its name and the port, and whether IMAP is switched on."),
    "login": _(
        "The server refuses user name or password. Many providers want an app password (授权码) made for IMAP instead of "
        "the usual one."
    ),
    "folder": _("There is no such folder. The usual one is INBOX."),
    "broken": _("The server broke off or answered what is not IMAP. It is tried again by itself."),
    "fault": _("A mail could not be worked on because of a fault of Linli's. It is tried again by itself."),
}  # fmt: skip

#: Of what is passed over; nothing has to be done.
IGNORED: dict[str, StrPromise] = {
    "own": _("comes from this mailbox itself"),
    "auto": _("an automatic answer"),
    "list": _("a circular or mailing list"),
    "bounce": _("a notice of the mail system"),
    "twice": _("the same mail once more"),
}

#: Of what is set aside; a person decides.
ASIDE: dict[str, StrPromise] = {
    "large": _("It is larger than 25 MB. The sender was asked to send less at once."),
    "unreadable": _("It is broken; no mail program could be sure what it says. Read it in the mailbox."),
    "nobody": _("It names no sender that could be answered. Read it in the mailbox."),
    "empty": _("It holds neither words nor a photo. Read it in the mailbox."),
    "many": _("Too many came from this sender, or from all together, in a short time. Read it, then try again."),
    "category": _("There is no category to put it in. Bring “other” back into use, then try again."),
    "failed": _("It failed three times because of a fault. Read it in the mailbox, and tell whoever runs Linli."),
    "gone": _("It is no longer in the mailbox."),
}  # fmt: skip

REASONS = IGNORED | ASIDE
