"""That a list of matters was taken out of the desk: by whom, of what extent, with which columns."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.matters.actions.core import text_of
from linli.desk.matters.errors import RefusedError
from linli.desk.people.access import require

if TYPE_CHECKING:
    from linli.desk.matters.figures import Extent
    from linli.desk.people.actors import Actor


def record_export(
    *, by: Actor, asked: Extent, form: str, rows: int, personal: Sequence[str] = (), reason: str = ""
) -> str:
    """Write down that it goes out, before it goes; give the key that stands in the ledger.

    Not once a request key: a file that was fetched twice was taken out twice.

    Parameters
    ----------
    form : "csv", "xlsx".
    personal : columns that hold what people wrote; then a reason is needed, and it is a reading of what is kept closed.

    Raises
    ------
    RefusedError
        There is no reason for taking out what people wrote.
    """
    require(by, "matters.export", by.community)
    reason = " ".join(text_of(reason).split())[:200]
    if personal and not reason:
        raise RefusedError(_("Say what the words are needed for: it stands in the record of readings."))
    about = f"export:{uuid.uuid4()}"
    data = {
        "form": form, "rows": rows, "since": asked.since, "until": asked.until, "grid": asked.grid,
        "no_grid": asked.no_grid, "category": asked.category, "personal": list(personal),
    }  # fmt: skip
    with scope(community=by.community), transaction.atomic():
        ledger.append(community=by.community, event="matters.exported", by=by.key, about=about, data=data)
        if personal:
            ledger.record_read(community=by.community, by=by.key, about=about, fields=personal, reason=reason)
    return about
