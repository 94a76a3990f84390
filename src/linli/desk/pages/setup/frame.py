"""What the settings' pages share: the list of their rooms, and how a form is done and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.desk.pages.staff.frame import frame
from linli.desk.people.frame import done

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest

# Key, permission, address, name, what for.
ROOMS = (
    ("community", "community.change", "setup:community", gettext_lazy("Community"), gettext_lazy("Names, time zone, emergency numbers.")),
    ("categories", "matters.categories", "setup:categories", gettext_lazy("Categories"), gettext_lazy("What residents choose from, with questions and times.")),
    ("rules", "matters.routing", "setup:rules", gettext_lazy("Who gets what"), gettext_lazy("Rules by which matters go to somebody by themselves.")),
    ("ladder", "matters.ladder", "setup:ladder", gettext_lazy("When it is late"), gettext_lazy("Who is told, one after the other, when a matter is late.")),
    ("texts", "matters.templates", "setup:texts", gettext_lazy("Texts"), gettext_lazy("Answers that are written often.")),
    ("calendar", "matters.calendar", "setup:calendar", gettext_lazy("Working days"), gettext_lazy("Holidays and make-up working days: what deadlines are counted by.")),
    ("gateways", "messages.retry", "setup:gateways", gettext_lazy("Messages"), gettext_lazy("By what way residents and staff are told, and what did not go out.")),
    ("mailbox", "matters.mailbox", "incoming:mailbox", gettext_lazy("Mail from residents"), gettext_lazy("The mailbox from which reports are taken in.")),
    ("forgetting", "matters.forgetting", "incoming:forgetting", gettext_lazy("What is forgotten"), gettext_lazy("What goes next because its purpose no longer needs it, and what is held.")),
    ("partners", "partners.see", "partners:home", gettext_lazy("Other systems"), gettext_lazy("Keys for what reads or reports, addresses that are told, open data.")),
)  # fmt: skip


def page(
    request: DeskRequest, template: str, *, room: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of the settings."""
    shared = {"rooms": rooms(request, room), "room": room}
    framed = frame(request, view="setup") | shared | context
    return render(request, f"pages/setup/{template}", framed, status=status)


def rooms(request: DeskRequest, current: str = "") -> list[dict[str, Any]]:
    """List the rooms that somebody may enter."""
    slug = request.community.slug
    return [
        {"name": name, "url": reverse(address, args=[slug]), "current": key == current, "words": words}
        for key, permission, address, name, words in ROOMS
        if request.actor.may(permission)
    ]


def did(
    request: DeskRequest, form: forms.Form, act: Callable[[], object], *, to: str, args: tuple[Any, ...] = ()
) -> HttpResponse | None:
    """Do what a form asks and go on; None where it has to be filled in again."""
    if not done(form, act):
        return None
    messages.success(request, _("Saved."))
    return redirect(to, request.community.slug, *args)
