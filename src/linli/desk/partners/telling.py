"""What other systems may be told of: whatever a room has said may be told, and nothing else.

The rooms stand beside this one, so what is above both (`api`) brings the two together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from linli.desk.common.models import LedgerEntry
    from linli.desk.partners.models import Webhook

# An entry of the ledger, and whom it would be told: what may be told of it (ids, states, codes), None for nothing.
Describe = Callable[["LedgerEntry", "Webhook"], "dict[str, Any] | None"]


@dataclass(frozen=True)
class _Told:
    label: Any
    describe: Describe


_events: dict[str, _Told] = {}


def offer(events: Mapping[str, Any], describe: Describe) -> None:
    """Let webhooks be told of these events of the ledger.

    Parameters
    ----------
    events : event to its name for people, such as "matter.received" to "received".
    """
    _events.update({event: _Told(label, describe) for event, label in events.items()})


def events() -> dict[str, Any]:
    """Give what can be chosen: event to its name."""
    return {event: told.label for event, told in _events.items()}


def told_of(entry: LedgerEntry, webhook: Webhook) -> str | None:
    """Write what a webhook is told of an entry; None for nothing."""
    told = _events.get(entry.event)
    if told is None or entry.event not in webhook.events:
        return None
    data = told.describe(entry, webhook)
    return None if data is None else body(entry.event, entry.at, data)


def body(event: str, at: dt.datetime, data: dict[str, Any]) -> str:
    """Write a message as Standard Webhooks has it."""
    said = {"type": event, "timestamp": at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
