"""The same request sent again is answered the same, and does nothing again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django_scopes import scope, scopes_disabled

from linli.desk.common import clock
from linli.desk.common.locks import lock
from linli.desk.common.models import Receipt
from linli.desk.common.sweeps import sweep

if TYPE_CHECKING:
    import uuid

    from django.db.models import Model

# A telephone may lie in a drawer with unsent reports for weeks; nobody sends one again after a season.
KEPT_DAYS = 120


class ReusedKeyError(ValueError):
    """The request key was already used for something else."""


def once(*, community: Model, key: uuid.UUID | None, verb: str, make: Callable[[], Any]) -> Any:
    """Call `make` for the first request of a key; answer every later one from its receipt.

    Parameters
    ----------
    key : the client's; without one, every request is a new one.
    make : does the work in the caller's transaction, returns what JSON can say.

    Raises
    ------
    ReusedKeyError
        The key belongs to a request of another verb.
    """
    if key is None:
        return _as_json(make())
    lock(f"receipt:{community.pk}:{key}")
    with scope(community=community):
        receipt = Receipt.objects.filter(key=key).first()
    if receipt is None:
        result = _as_json(make())
        Receipt(community_id=community.pk, key=key, verb=verb, result=result, at=clock.now()).save(
            force_insert=True
        )
        return result
    if receipt.verb != verb:
        raise ReusedKeyError(f"request key {key} was already used")
    return receipt.result


def result_of(*, community: Model, key: uuid.UUID, verb: str) -> Any:
    """Return what the first request of a key gave, None where there was none: for a page that would ask something first."""
    with scope(community=community):
        receipt = Receipt.objects.filter(key=key, verb=verb).first()
    return None if receipt is None else receipt.result


def _as_json(value: Any) -> Any:
    """Return what a reader of the receipt will get, so that first and later answers are alike."""
    return json.loads(json.dumps(value))


@sweep("receipts.forgotten", every_s=24 * 3600)
def forget() -> int:
    """Delete receipts nobody will ask for any more."""
    with scopes_disabled():
        count, _ = Receipt.objects.filter(at__lt=clock.now() - dt.timedelta(days=KEPT_DAYS)).delete()
    return count
