"""What the desk sees of residents: masks in lists; a contact is opened one by one, for a reason that is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.people import actions
from linli.desk.people.access import AbsentError, DeskRequest, desk_page
from linli.desk.people.contacts import email_digest, mask_email, mask_name, mask_phone, phone_digest
from linli.desk.people.errors import RefusedError
from linli.desk.people.forms import (
    ConsentForm,
    EraseForm,
    FindForm,
    NewResidentForm,
    ProxyForm,
    ReasonForm,
    ResidentForm,
)
from linli.desk.people.frame import done, page
from linli.desk.people.models import Account, Consent, Proxy, Resident
from linli.desk.people.purposes import purposes
from linli.desk.people.residents import TOLD_FIELDS, find_or_make_resident, name_proxy

PAGE = 50


def masked(resident: Resident) -> dict[str, Any]:
    """As much of somebody as a list may show."""
    return {
        "pk": resident.pk,
        "name": mask_name(resident.name) or _("No name"),
        "phone": mask_phone(resident.phone),
        "email": mask_email(resident.email),
        "channel": resident.get_channel_display(),
        "self_told": resident.self_told,
        "created_at": resident.created_at,
    }


@require_safe
@desk_page("residents.list")
def residents(request: DeskRequest, slug: str) -> HttpResponse:
    """List residents, newest first, or those of one number or address."""
    del slug
    found = Resident.objects.filter(erased_at=None).order_by("-pk")
    form = FindForm(request.GET, label_suffix="")
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if words:
        wanted = {"phone_digest": phone_digest(words), "email_digest": email_digest(words)}
        given = {field: value for field, value in wanted.items() if value}
        found = found.filter(Q(**given, _connector=Q.OR)) if given else found.none()
    rows = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "residents.html",
        form=form,
        words=words,
        rows=[masked(resident) for resident in rows],
        pages=rows,
        purposes=purposes().values(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("residents.list")
def new_resident(request: DeskRequest, slug: str) -> HttpResponse:
    """Take somebody in who is on the telephone or at the counter; they must agree."""
    form = NewResidentForm(request.POST or None, initial={"channel": "none", "language": "zh-hans"})
    made: dict[str, Resident] = {}

    def act() -> None:
        told = {field: form.cleaned_data[field] for field in TOLD_FIELDS}
        made["resident"] = actions.take_in_resident(
            by=request.actor, key=form.cleaned_data["request_key"], **told
        )

    if request.method == "POST" and done(form, act):
        return redirect("people:resident", slug, made["resident"].pk)
    return page(request, "new_resident.html", form=form, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("residents.list")
def resident(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Show somebody masked; POST with a reason opens the contact, on this answer only."""
    del slug
    somebody = _resident(pk)
    form = ReasonForm(request.POST or None)
    opened: dict[str, Any] = {}

    def act() -> None:
        reason = form.cleaned_data["reason"]
        opened["contact"] = actions.contact_of(by=request.actor, resident=somebody, reason=reason)

    status = 200
    if request.method == "POST" and not done(form, act):
        status = 422
    if "contact" in opened:
        correction = ResidentForm(initial={field: getattr(somebody, field) for field in TOLD_FIELDS})
    else:
        correction = None
    return page(
        request,
        "resident.html",
        row=masked(somebody),
        form=form,
        contact=opened.get("contact"),
        correction=correction,
        consents=_consent_rows(somebody),
        proxy_form=ProxyForm(),
        proxies=_proxy_rows(somebody),
        may_export=request.actor.may("residents.export", somebody),
        may_erase=request.actor.may("residents.erase", somebody),
        status=status,
    )


def _consent_rows(somebody: Resident) -> list[dict[str, Any]]:
    given = {consent.purpose: consent for consent in somebody.consents.filter(withdrawn_at=None)}
    return [
        {
            "purpose": purpose,
            "consent": given.get(purpose.key),
            "form": ConsentForm(initial={"purpose": purpose.key, "given": purpose.key not in given}),
        }
        for purpose in purposes().values()
        if purpose.needs_consent
    ]


def _proxy_rows(somebody: Resident) -> list[dict[str, Any]]:
    standing = Proxy.objects.filter(resident=somebody, until=None)
    return [
        {
            "relation": proxy.relation,
            "name": proxy.by_account.name
            if proxy.by_account
            else mask_name(proxy.by_resident.name)
            if proxy.by_resident
            else "",
            "since": proxy.since,
        }
        for proxy in standing.select_related("by_account", "by_resident")
    ]


@require_POST
@desk_page("residents.list")
def correct(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Put right what is kept."""
    somebody = _resident(pk)
    form = ResidentForm(request.POST)

    def act() -> None:
        told = {field: form.cleaned_data[field] for field in TOLD_FIELDS}
        key = form.cleaned_data["request_key"]
        actions.correct_resident(by=request.actor, resident=somebody, key=key, **told)

    return _back(request, slug, pk, form, act, _("The correction is kept."))


@require_POST
@desk_page("residents.list")
def consent(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Record a yes, or that it was taken back."""
    somebody = _resident(pk)
    form = ConsentForm(request.POST)

    def act() -> None:
        purpose = form.cleaned_data["purpose"]
        if form.cleaned_data["given"]:
            given_by = form.cleaned_data["given_by"] or Consent.GivenBy.SELF
            actions.give_consent(by=request.actor, resident=somebody, purpose=purpose, given_by=given_by)
        else:
            actions.withdraw_consent(by=request.actor, resident=somebody, purpose=purpose)

    return _back(request, slug, pk, form, act, _("It is recorded."))


@require_POST
@desk_page("residents.list")
def proxy(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Let somebody act for a resident who agrees to it."""
    somebody = _resident(pk)
    form = ProxyForm(request.POST)

    def act() -> None:
        agreed = somebody.consents.filter(purpose="proxy", withdrawn_at=None).first()
        if agreed is None:
            raise RefusedError(_("First record that they agree to somebody acting for them."))
        username, phone = form.cleaned_data["username"].strip().casefold(), form.cleaned_data["phone"]
        account = _member_of_staff(username) if username else None
        relative = None
        if account is None and phone:
            relative = find_or_make_resident(by=request.actor, community=request.community, phone=phone)
        if account is None and relative is None:
            raise RefusedError(_("Say who: a user name of somebody who works here, or a telephone number."))
        name_proxy(
            by=request.actor,
            resident=somebody,
            relation=form.cleaned_data["relation"],
            consent=agreed,
            by_account=account,
            by_resident=relative,
            key=form.cleaned_data["request_key"],
        )

    return _back(request, slug, pk, form, act, _("It is recorded."))


def _member_of_staff(username: str) -> Account | None:
    return Account.objects.filter(username=username, posts__until=None, posts__lapsed_at=None).first()


def _back(request: DeskRequest, slug: str, pk: int, form: Any, act: Any, success: str) -> HttpResponse:
    if done(form, act):
        messages.success(request, success)
    else:
        told = [error for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(str(error) for error in told))
    return redirect("people:resident", slug, pk)


@require_POST
@desk_page("residents.export")
def export(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Hand over everything that is kept about somebody, for whoever asks at the counter for their own data."""
    del slug
    kept = actions.export_resident(by=request.actor, resident=_resident(pk))
    answer = JsonResponse(kept, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="resident-{pk}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("residents.erase")
def erase(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Ask, then forget somebody."""
    somebody = _resident(pk)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and done(
        form,
        lambda: actions.erase_resident(
            by=request.actor,
            resident=somebody,
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["request_key"],
        ),
    ):
        messages.success(request, _("Nothing is kept about them any more."))
        return redirect("people:residents", slug)
    return page(request, "erase.html", form=form, row=masked(somebody), status=422 if form.is_bound else 200)


def _resident(pk: int) -> Resident:
    somebody = Resident.objects.filter(pk=pk, erased_at=None).select_related("community").first()
    if somebody is None:
        raise AbsentError(pk)
    return somebody
