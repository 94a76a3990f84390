"""By what way messages go out: each channel's gateway, a trial of it, and what did not go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.common import addresses, outbox
from linli.desk.common.models import Channel, Gateway, Message, MessageState
from linli.desk.matters.actions import gateways as actions
from linli.desk.matters.models import Matter
from linli.desk.matters.queries import visible_to
from linli.desk.pages.setup.frame import did, page
from linli.desk.pages.setup.gateway_forms import FORMS, GatewayForm, TrialForm
from linli.desk.pages.staff import showing
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done
from linli.desk.people.models import Channel as Ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest

SHOWN = 50
# Whoever is told by these has a number or an address of their own; a group's robot writes to its group.
_ADDRESSED = {Channel.SMS, Channel.EMAIL}


@require_safe
@desk_page("messages.retry")
def gateways(request: DeskRequest, slug: str) -> HttpResponse:
    """Show every channel, and what did not go out."""
    del slug
    held = {gateway.channel: gateway for gateway in Gateway.objects.all()}
    stuck = outbox.stuck(community=request.community)
    channels = [
        {
            "channel": channel.value,
            "name": Ways(channel.value).label,
            "gateway": held.get(channel.value),
            "told": addresses.told(held[channel.value].url) if channel.value in held else "",
            "waiting": sum(
                one.count for one in stuck if (one.channel, one.state) == (channel, MessageState.NO_GATEWAY)
            ),
            "dead": sum(
                one.count for one in stuck if (one.channel, one.state) == (channel, MessageState.DEAD)
            ),
            "form": KeyedForm(auto_id=f"retry_{channel.value}_%s"),
        }
        for channel in FORMS
    ]
    rows = list(outbox.undelivered(community=request.community)[:SHOWN])
    return page(
        request,
        "gateways.html",
        room="gateways",
        channels=channels,
        may_change=request.actor.may("gateways.change"),
        rows=_rows(request, rows),
        total=sum(one.count for one in stuck),
    )


def _rows(request: DeskRequest, rows: Sequence[Message]) -> list[dict[str, Any]]:
    """Say of each message what it is about and why it did not go out; never to whom, nor its words."""
    keys = [int(row.about.removeprefix("matter:")) for row in rows if row.about.startswith("matter:")]
    seen = {
        matter.key: matter for matter in Matter.objects.filter(visible_to(request.actor)).filter(pk__in=keys)
    }
    slug = request.community.slug
    return [
        {
            "pk": row.pk,
            "way": Ways(row.channel).label if row.channel in Ways.values else row.channel,
            "code": seen[row.about].code if row.about in seen else "",
            "url": showing.matter_url(seen[row.about], slug) if row.about in seen else "",
            "when": showing.moment(row.created_at, request.community),
            "why": _("no gateway yet") if row.state == MessageState.NO_GATEWAY else _("the gateway did not take it"),
            "attempts": row.attempts,
            "dead": row.state == MessageState.DEAD,
            "form": KeyedForm(auto_id=f"message_{row.pk}_%s"),
        }
        for row in rows
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("gateways.change")
def gateway(request: DeskRequest, slug: str, channel: str) -> HttpResponse:
    """Show one channel's gateway, and set it."""
    del slug
    kind = _kind(channel)
    there = Gateway.objects.filter(channel=kind).first()
    form = FORMS[kind](request.POST or None, there=there.url if there is not None else "", channel=kind)
    if request.method == "POST":
        answer = did(
            request,
            form,
            lambda: actions.set_gateway(
                by=request.actor, channel=kind, url=form.address(), key=form.cleaned_data["request_key"]
            ),
            to="setup:gateway",
            args=(channel,),
        )
        if answer is not None:
            return answer
    return _gateway_page(request, kind, there, form)


def _gateway_page(
    request: DeskRequest,
    kind: Channel,
    there: Gateway | None,
    form: GatewayForm,
    trial: TrialForm | None = None,
) -> HttpResponse:
    ready = trial or TrialForm(
        addressed=kind in _ADDRESSED, initial={"to": _own_address(request, kind)}, auto_id="trial_%s"
    )
    wrong = form.is_bound or (trial is not None and trial.is_bound)
    return page(
        request,
        "gateway.html",
        room="gateways",
        channel=kind.value,
        name=Ways(kind.value).label,
        gateway=there,
        told=addresses.told(there.url) if there is not None else "",
        form=form,
        trial=ready if there is not None else None,
        rest=KeyedForm(auto_id="rest_%s"),
        status=422 if wrong else 200,
    )


def _own_address(request: DeskRequest, kind: Channel) -> str:
    account = request.actor.account
    return account.email if kind is Channel.EMAIL and account is not None else ""


@require_POST
@desk_page("gateways.change")
def try_it(request: DeskRequest, slug: str, channel: str) -> HttpResponse:
    """Send a trial to oneself."""
    kind = _kind(channel)
    form = TrialForm(request.POST, addressed=kind in _ADDRESSED, auto_id="trial_%s")
    sent = done(
        form,
        lambda: actions.try_gateway(
            by=request.actor,
            channel=kind,
            to=form.cleaned_data.get("to") or "",
            key=form.cleaned_data["request_key"],
        ),
    )
    if sent:
        messages.success(request, _("The gateway has taken it. Look whether it arrives."))
        return redirect("setup:gateway", slug, channel)
    there = Gateway.objects.filter(channel=kind).first()
    blank = FORMS[kind](there=there.url if there is not None else "", channel=kind)
    return _gateway_page(request, kind, there, blank, form)


@require_POST
@desk_page("gateways.change")
def rest(request: DeskRequest, slug: str, channel: str) -> HttpResponse:
    """Send nothing by it for now."""
    kind, form = _kind(channel), KeyedForm(request.POST)
    if not done(
        form,
        lambda: actions.rest_gateway(by=request.actor, channel=kind, key=form.cleaned_data["request_key"]),
    ):
        messages.error(request, " ".join(form.non_field_errors()) or _("Load the page again."))
    return redirect("setup:gateway", slug, channel)


@require_POST
@desk_page("messages.retry")
def retry(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Try one message again."""
    message = Message.objects.filter(pk=pk).select_related("community").first()
    if message is None:
        raise AbsentError(pk)
    if actions.retry_message(by=request.actor, message=message):
        messages.success(request, _("It is being sent again."))
    else:
        messages.error(request, _("There is nothing to send again: it went out meanwhile, or was erased."))
    return redirect("setup:gateways", slug)


@require_POST
@desk_page("messages.retry")
def retry_all(request: DeskRequest, slug: str, channel: str) -> HttpResponse:
    """Try every message of a channel again."""
    count = actions.retry_messages(by=request.actor, channel=_kind(channel))
    words = ngettext("{n} message is being sent again.", "{n} messages are being sent again.", count)
    messages.success(request, words.format(n=count))
    return redirect("setup:gateways", slug)


def _kind(channel: str) -> Channel:
    if channel not in Channel.values or Channel(channel) not in FORMS:
        raise AbsentError(channel)
    return Channel(channel)
