"""What happened, in order, for good: each entry carries the digest of the one before.

Personal text never goes in: entries name rows by id, so that erasing a person leaves the chain whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import Model
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.locks import lock
from linli.desk.common.models import LedgerEntry, LedgerHead, ReadEntry

_EVENT = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+\Z")
_NAME = re.compile(r"[a-z][a-z_.]*(:[!-~]{1,60})?\Z")
# Ids, states, codes, moments: anything with a space or a Chinese letter is somebody's words.
_CODE = re.compile(r"[!-~]{0,200}\Z")
_START = "0" * 64


def append(
    *, community: Model, event: str, by: str, about: str = "", data: dict[str, Any] | None = None
) -> LedgerEntry:
    """Write down what happened, in the caller's transaction; holds the community's ledger until that ends.

    Parameters
    ----------
    event : past tense, `matter.assigned`.
    by : the actor's key, `account:3`.
    about : what it happened to, `matter:12`.
    data : ids, states, codes, moments; text that people wrote is refused.

    Raises
    ------
    ValueError
        Something given is not fit for a record that can never be changed.
    """
    kept = _fit(event=event, by=by, about=about, data=data or {})
    lock(community)
    with scope(community=community):
        head = LedgerHead.objects.filter(pk=community.pk).first()
        number, previous = (head.number + 1, head.digest) if head else (1, _START)
        entry = LedgerEntry(
            community_id=community.pk, number=number, at=clock.now(), event=event, actor=by, about=about,
            data=kept, previous=previous,
        )  # fmt: skip
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        if head is None:
            LedgerHead(community_id=community.pk, number=1, digest=entry.digest).save(force_insert=True)
        else:
            LedgerHead.objects.filter(pk=community.pk).update(number=number, digest=entry.digest)
    return entry


def record_read(*, community: Model, by: str, about: str, fields: Sequence[str], reason: str = "") -> None:
    """Write down that somebody looked at what is kept closed."""
    ReadEntry(
        community_id=community.pk, at=clock.now(), actor=by, about=about, fields=list(fields), reason=reason
    ).save(force_insert=True)


def digest_of(entry: LedgerEntry) -> str:
    """Return SHA-256 over everything an entry says, the digest before it included, as canonical JSON."""
    said = {
        "community": entry.community_id,
        "number": entry.number,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "event": entry.event,
        "actor": entry.actor,
        "about": entry.about,
        "data": entry.data,
        "previous": entry.previous,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(*, community: Model) -> list[str]:
    """Recompute every number and digest; say what is wrong, nothing where the ledger is whole.

    Nobody is kept from writing meanwhile: entries that come after the first look belong to the next verification.
    """
    with scope(community=community):
        head = LedgerHead.objects.filter(pk=community.pk).first()
        problems, last = _check(LedgerEntry.objects.order_by("number", "pk").iterator(chunk_size=2000), head)
        recorded = head.number if head else 0
        if last < recorded:
            problems.append(f"entries {last + 1} to {recorded} are gone from the end")
        if last > recorded:
            # Either written since we looked where the ledger ends, or put there by somebody who did not say so.
            head = LedgerHead.objects.filter(pk=community.pk).first()
            if head is None or head.number < last:
                problems.append(f"entry {last}: stands behind the end that was recorded")
    return problems


def _check(entries: Iterable[LedgerEntry], head: LedgerHead | None) -> tuple[list[str], int]:
    problems: list[str] = []
    number, digest = 0, _START
    for entry in entries:
        if entry.number != number + 1:
            problems.append(f"entry {entry.number}: comes after entry {number}")
        if entry.previous != digest:
            problems.append(f"entry {entry.number}: does not follow from the entry before it")
        if entry.digest != digest_of(entry):
            problems.append(f"entry {entry.number}: was changed after it was written")
        if head is not None and entry.number == head.number and entry.digest != head.digest:
            problems.append(f"entry {entry.number}: is not the one that was recorded as the last")
        number, digest = entry.number, entry.digest
    return problems, number


def _fit(*, event: str, by: str, about: str, data: dict[str, Any]) -> dict[str, Any]:
    if not _EVENT.match(event) or len(event) > 60:
        raise ValueError(f"ledger: event {event!r} is no past-tense name such as matter.assigned")
    for name, value in (("by", by), ("about", about)):
        if value and not _NAME.match(value):
            raise ValueError(f"ledger: {name} {value!r} is no key such as account:3")
    if not by:
        raise ValueError("ledger: nobody did it; give by")
    return {name: _plain(value, name) for name, value in sorted(data.items())}


def _plain(value: Any, name: str) -> Any:
    """Return what JSON and both databases give back exactly as it was put in."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, str):
        if not _CODE.match(value):
            raise ValueError(
                f"ledger: data {name!r} is words; keep them in their row and give its id or a code"
            )
        return str(value)
    if isinstance(value, dict):
        return {_plain(str(key), name): _plain(one, name) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        plain = [_plain(one, name) for one in value]
        return sorted(plain, key=str) if isinstance(value, set | frozenset) else plain
    raise ValueError(f"ledger: data {name!r} is a {type(value).__name__}; give ids, states, codes")
