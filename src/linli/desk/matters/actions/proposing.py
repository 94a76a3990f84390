"""From what keeps coming back to a project: written down with the matters that speak for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters.actions.core import text_of
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Matter, Proposal
from linli.desk.people.access import require

if TYPE_CHECKING:
    import uuid

    from linli.desk.people.actors import Actor

MOST_MATTERS = 200
LONGEST_TITLE = 100


def propose_project(
    *,
    by: Actor,
    title: str,
    text: str,
    matters: Sequence[Matter],
    place_words: str = "",
    key: uuid.UUID | None = None,
) -> Proposal:
    """Write down that a project is needed, and which matters say so. It is changed by nobody afterwards.

    Raises
    ------
    RefusedError
        It has no title, no reason or no matter; or one of them was told in confidence.
    """
    require(by, "matters.propose", by.community)
    title, text = " ".join(text_of(title, required=True).split()), text_of(text, required=True)
    if len(title) > LONGEST_TITLE:
        raise RefusedError(
            _("This is too long: %(given)d letters, at most %(most)d.")
            % {"given": len(title), "most": LONGEST_TITLE}
        )
    if not matters or len(matters) > MOST_MATTERS:
        raise RefusedError(
            _("Choose the matters that speak for the project, at most %(most)d.") % {"most": MOST_MATTERS}
        )
    for matter in matters:
        require(by, "matters.see", matter)
        if matter.confidential or matter.category.sensitive:
            raise RefusedError(
                _("%(code)s was told in confidence; it cannot speak for a project.") % {"code": matter.code}
            )

    def make() -> dict[str, int]:
        last = Proposal.objects.aggregate(last=Max("number"))["last"] or 0
        lon, lat = _middle(matters)
        proposal = Proposal.objects.create(
            community=by.community, number=last + 1, title=title, text=text,
            place_words=" ".join(place_words.split())[:200], lon=lon, lat=lat, by=by.key, by_name=by.name,
            at=clock.now(),
        )  # fmt: skip
        proposal.matters.set(matters)
        ledger.append(
            community=by.community, event="project.proposed", by=by.key, about=proposal.key,
            data={"matters": sorted(matter.code for matter in matters)},
        )  # fmt: skip
        return {"proposal": proposal.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        made = once(community=by.community, key=key, verb="matters.propose", make=make)
        return Proposal.objects.get(pk=made["proposal"])


def _middle(matters: Sequence[Matter]) -> tuple[float | None, float | None]:
    placed = [(one.lon, one.lat) for one in matters if one.lon is not None and one.lat is not None]
    if not placed:
        return None, None
    lon, lat = (sum(each) / len(placed) for each in zip(*placed, strict=True))
    return round(lon, 3), round(lat, 3)
