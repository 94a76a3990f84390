"""What is kept about a resident for one purpose goes when that purpose's time is over."""

from __future__ import annotations

from django.db import transaction

from linli.desk.common import ledger
from linli.desk.common.locks import lock
from linli.desk.people.actors import SYSTEM
from linli.desk.people.models import Resident
from linli.desk.people.residents import withdraw_consent


def lapse(*, resident: Resident, purpose: str) -> None:
    """Let a purpose end for somebody whose matters have long ended: what stood on it goes, and with it any consent to it."""
    by = SYSTEM(resident.community)
    with transaction.atomic():
        lock(resident)
        withdraw_consent(by=by, resident=resident, purpose=purpose)
        if purpose == "contact":
            # How to call them is part of how to reach them.
            Resident.objects.filter(pk=resident.pk).update(name="")
        ledger.append(
            community=resident.community,
            event="resident.lapsed",
            by=by.key,
            about=resident.key,
            data={"purpose": purpose},
        )
