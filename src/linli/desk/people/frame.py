"""What the pages of this room share: their frame, and how an action's "no" comes back to the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils.translation import gettext as _

from linli.desk.common.language import name_in
from linli.desk.common.receipts import ReusedKeyError
from linli.desk.people.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest


def page(request: DeskRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of this room."""
    framed = {"place_name": name_in(request.community), "slug": request.community.slug}
    return render(request, f"people/{template}", {**framed, **context}, status=status)


def done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it if the form is right; put on the form what kept it from being done."""
    if not form.is_valid():
        return False
    try:
        act()
    except RefusedError as refusal:
        form.add_error(None, str(refusal))
        return False
    except ReusedKeyError:
        form.add_error(None, _("This form was sent before, with something else in it. Load the page again."))
        return False
    return True
