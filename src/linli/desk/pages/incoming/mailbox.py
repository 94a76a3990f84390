"""The community's mailbox: where it is, whether it can be read, and what was not taken from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from linli.desk.common import limits
from linli.desk.matters import mailbox_actions, mailbox_reasons
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Mail, Mailbox
from linli.desk.pages.incoming.forms import MailboxForm
from linli.desk.pages.incoming.frame import page
from linli.desk.pages.staff.showing import moment
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest
    from linli.desk.places.models import Community

SHOWN = 50
# Each trial is a connection to a server that somebody named.
_TRIALS, _TRIALS_WITHIN_S = 10, 600


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.mailbox")
def mailbox(request: DeskRequest, slug: str) -> HttpResponse:
    """Show where the mailbox is and how reading it goes, or change it."""
    box = Mailbox.objects.filter(community=request.community).first()
    fields = ("host", "port", "security", "username", "folder", "address", "enabled")
    known = {name: getattr(box, name) for name in fields} if box is not None else {}
    form = MailboxForm(request.POST or None, initial=known, known=box is not None)
    if request.method == "POST" and done(form, lambda: _set(request, form.cleaned_data)):
        messages.success(request, _("Saved. Try the connection."))
        return redirect("incoming:mailbox", slug)
    aside = _aside()
    return page(
        request,
        "mailbox.html",
        tab="mailbox",
        form=form,
        box=box,
        problem=mailbox_reasons.PROBLEMS.get(box.problem, "") if box is not None else "",
        counts=_counts(),
        looked=moment(box.looked_at, request.community) if box is not None and box.looked_at else "",
        aside=[_shown(mail, request.community) for mail in aside[:SHOWN]],
        more=max(0, aside.count() - SHOWN),
        trial=KeyedForm(auto_id="try_%s"),
        status=422 if form.is_bound else 200,
    )


def _set(request: DeskRequest, given: dict[str, Any]) -> None:
    fields = {name: value for name, value in given.items() if name != "request_key"}
    mailbox_actions.set_mailbox(by=request.actor, key=given["request_key"], **fields)


def _counts() -> list[dict[str, Any]]:
    rows = Mail.objects.order_by().values("state").annotate(count=Count("pk"))
    found = {row["state"]: row["count"] for row in rows}
    return [{"name": state.label, "count": found[state]} for state in Mail.State if found.get(state)]


def _aside() -> QuerySet[Mail]:
    waiting = [Mail.State.ASIDE, Mail.State.TRYING]
    return Mail.objects.filter(state__in=waiting).order_by("-at", "-pk")


def _shown(mail: Mail, community: Community) -> dict[str, Any]:
    return {
        "mail": mail,
        "at": moment(mail.at, community),
        "reason": mailbox_reasons.REASONS.get(mail.reason, mail.get_state_display()),
        "form": KeyedForm(auto_id=f"again_{mail.pk}_%s") if mail.state == Mail.State.ASIDE else None,
    }


@require_POST
@desk_page("matters.mailbox")
def try_it(request: DeskRequest, slug: str) -> HttpResponse:
    """Open the mailbox, and say how that went."""
    try:
        limits.take(
            key=f"mailbox_trial:{request.community.pk}",
            capacity=_TRIALS,
            refill_per_s=_TRIALS / _TRIALS_WITHIN_S,
        )
        there, unread = mailbox_actions.try_mailbox(by=request.actor)
    except limits.LimitedError:
        messages.error(request, _("Too many tries; wait a few minutes."))
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext(
            "It can be read: one message lies there, {unread} of them unread.",
            "It can be read: {there} messages lie there, {unread} of them unread.",
            there,
        )
        messages.success(request, said.format(there=there, unread=unread))
    return redirect("incoming:mailbox", slug)


@require_POST
@desk_page("matters.mailbox")
def again(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Have a mail that was set aside tried again."""
    mail = Mail.objects.filter(community=request.community, pk=pk).first()
    if mail is None:
        raise AbsentError(pk)
    form = KeyedForm(request.POST)
    if done(
        form,
        lambda: mailbox_actions.try_again(by=request.actor, mail=mail, key=form.cleaned_data["request_key"]),
    ):
        messages.success(request, _("It is tried again within a minute."))
    else:
        messages.error(request, " ".join(form.non_field_errors()) or _("Load the page again."))
    return redirect("incoming:mailbox", slug)
