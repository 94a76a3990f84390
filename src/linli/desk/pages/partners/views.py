"""What connects other systems: keys, webhooks, what was sent, the terms of open data."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common import clock
from linli.desk.common.language import name_in
from linli.desk.common.models import MessageState
from linli.desk.pages.partners.forms import KeyForm, TermsForm, WebhookForm
from linli.desk.partners import actions, telling
from linli.desk.partners.models import ApiKey, Webhook
from linli.desk.partners.queries import deliveries_of, keys_of, licence_of, webhook_of, webhooks_of
from linli.desk.people.access import AbsentError, DeskRequest, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from linli.desk.common.models import Message
    from linli.desk.places.models import Community


def _page(request: DeskRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    framed = {
        "place_name": name_in(request.community),
        "slug": request.community.slug,
        # Called by the template: another for each form on the page.
        "request_key": uuid.uuid4,
    }
    return render(request, f"pages/partners/{template}", {**framed, **context}, status=status)


@require_safe
@desk_page("partners.see")
def home(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what is connected, and how to connect more."""
    del slug
    return _home(request)


def _home(request: DeskRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    community = request.community
    keys = keys_of(community)
    webhooks = [_webhook_row(one, community) for one in webhooks_of(community)]
    shown = {
        "key_form": KeyForm(),
        "webhook_form": WebhookForm(keys=keys),
        "terms_form": TermsForm(initial={"licence": licence_of(community)}),
        **forms,
    }
    addresses = {
        "api": request.build_absolute_uri(reverse("api:matters", args=[community.slug])),
        "open311": request.build_absolute_uri(reverse("open311:root")),
    }
    return _page(
        request, "home.html", status=status, keys=keys, webhooks=webhooks, addresses=addresses, **shown
    )


def _webhook_row(webhook: Webhook, community: Community) -> dict[str, Any]:
    last = deliveries_of(webhook, limit=5)
    failing = [one for one in last if one.state == MessageState.DEAD or one.problem]
    at = _local(last[0].created_at, community) if last else None
    return {"webhook": webhook, "last_at": at, "failing": bool(failing)}


def _local(at: dt.datetime, community: Community) -> str:
    return f"{at.astimezone(ZoneInfo(community.timezone)):%Y-%m-%d %H:%M}"


@require_POST
@desk_page("partners.change")
def make_key(request: DeskRequest, slug: str) -> HttpResponse:
    """Make a key, and show it: this once."""
    del slug
    form = KeyForm(request.POST)
    made: dict[str, Any] = {}

    def act() -> None:
        made["key"], made["secret"] = actions.make_key(
            by=request.actor,
            name=form.cleaned_data["name"],
            scope=form.cleaned_data["scope"],
            key=form.cleaned_data["request_key"],
        )

    if not done(form, act):
        return _home(request, status=422, key_form=form)
    return _page(request, "key.html", **made)


@require_POST
@desk_page("partners.change")
def revoke_key(request: DeskRequest, slug: str, key: int) -> HttpResponse:
    """Let a key hold no longer."""
    row = ApiKey.objects.filter(community=request.community, pk=key).first()
    if row is None:
        raise AbsentError(key)
    _do(
        request,
        lambda key: actions.revoke_key(by=request.actor, api_key=row, key=key),
        _("The key holds no longer."),
    )
    return redirect("partners:home", slug)


def _do(request: DeskRequest, act: Callable[[uuid.UUID], Any], said: str) -> None:
    """Do what a button asks, and say on the next page that it is done or why not."""
    form = KeyedForm(request.POST)
    if done(form, lambda: act(form.cleaned_data["request_key"])):
        messages.success(request, said)
        return
    for problem in form.non_field_errors() or [
        _("Nothing was done. Load the page again, then try once more.")
    ]:
        messages.error(request, problem)


@require_POST
@desk_page("partners.change")
def set_terms(request: DeskRequest, slug: str) -> HttpResponse:
    """Say on what terms others may use the open data."""
    form = TermsForm(request.POST)
    if not done(
        form,
        lambda: actions.set_terms(
            by=request.actor, licence=form.cleaned_data["licence"], key=form.cleaned_data["request_key"]
        ),
    ):
        return _home(request, status=422, terms_form=form)
    messages.success(request, _("The licence is stated with the open data from now on."))
    return redirect("partners:home", slug)


@require_POST
@desk_page("partners.change")
def make_webhook(request: DeskRequest, slug: str) -> HttpResponse:
    """Have an address told."""
    keys = keys_of(request.community)
    form = WebhookForm(request.POST, keys=keys)
    made: dict[str, Webhook] = {}

    def act() -> None:
        given = form.cleaned_data
        made["webhook"] = actions.make_webhook(
            by=request.actor,
            name=given["name"],
            url=given["url"],
            events=given["events"],
            api_key=next((one for one in keys if str(one.pk) == given["api_key"]), None),
            key=given["request_key"],
        )

    if not done(form, act):
        return _home(request, status=422, webhook_form=form)
    messages.success(request, _("The address is told from now on. Give the secret to the other side."))
    return redirect("partners:webhook", slug, made["webhook"].pk)


def _webhook(request: DeskRequest, pk: int) -> Webhook:
    found = webhook_of(request.community, pk)
    if found is None:
        raise AbsentError(pk)
    return found


@require_safe
@desk_page("partners.see")
def webhook(request: DeskRequest, slug: str, webhook: int) -> HttpResponse:
    """Show one: what it is told, its secret, what was sent last."""
    del slug
    row = _webhook(request, webhook)
    names = telling.events()
    return _page(
        request,
        "webhook.html",
        webhook=row,
        events=[name for event, name in names.items() if event in row.events],
        secrets=row.secrets_at(clock.now()),
        deliveries=[_delivery(one, request.community) for one in deliveries_of(row)],
    )


def _delivery(message: Message, community: Community) -> dict[str, Any]:
    names = telling.events() | {"webhook.tested": _("Test")}
    states = {
        MessageState.WAITING: _("to be sent"),
        MessageState.DELIVERED: _("taken by the other side"),
        MessageState.DEAD: _("given up"),
    }
    return {
        "message": message,
        "at": _local(message.created_at, community),
        "problem": _problem_words(message.problem),
        "event": names.get(message.topic, message.topic),
        "state": states.get(MessageState(message.state), message.state),
        "dead": message.state == MessageState.DEAD,
    }


def _problem_words(problem: str) -> str:
    """Say what kept a message, in the reader's language; what is rare stays as it was noted."""
    answered = problem.removeprefix("answered ")
    if answered != problem:
        return _("The other side answered {status}.").format(status=answered)
    if problem.startswith("not reached"):
        return _("The other side was not reached.")
    return problem


@require_POST
@desk_page("partners.change")
def act(request: DeskRequest, slug: str, webhook: int, verb: str) -> HttpResponse:
    """Try it, switch it off or on, change its secret, remove it."""
    verbs: dict[str, tuple[Callable[..., Any], str]] = {
        "test": (actions.try_webhook, _("A test is on its way.")),
        "off": (actions.disable_webhook, _("It is told nothing until it is switched on again.")),
        "on": (actions.enable_webhook, _("It is told again, beginning with what it has missed.")),
        "secret": (actions.change_secret, _("There is a new secret. For a day the old one signs too.")),
        "remove": (actions.remove_webhook, _("The address is told nothing any more.")),
    }
    if verb not in verbs:
        raise AbsentError(verb)
    row = _webhook(request, webhook)
    do, said = verbs[verb]
    _do(request, lambda key: do(by=request.actor, webhook=row, key=key), said)
    return redirect("partners:home", slug) if verb == "remove" else redirect("partners:webhook", slug, row.pk)


@require_POST
@desk_page("partners.change")
def retry(request: DeskRequest, slug: str, webhook: int, delivery: int) -> HttpResponse:
    """Send again what was given up."""
    row = _webhook(request, webhook)
    _do(
        request,
        lambda key: actions.retry_delivery(by=request.actor, webhook=row, delivery=delivery, key=key),
        _("It is sent again."),
    )
    return redirect("partners:webhook", slug, row.pk)
