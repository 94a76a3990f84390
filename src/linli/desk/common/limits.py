"""How often somebody may do something: token buckets in the database, shared by every process.

Take before the work, outside its transaction: an attempt that fails has still been an attempt.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from linli.desk.common import clock
from linli.desk.common.models_extras import Bucket
from linli.desk.common.sweeps import sweep
from linli.desk.common.tokens import digest

if TYPE_CHECKING:
    from django.http import HttpRequest


class LimitedError(Exception):
    """Too often; `retry_after_s` whole seconds from now it may be tried again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too often; again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


def take(*, key: str, capacity: int, refill_per_s: float, cost: int = 1) -> None:
    """Take from the bucket of `key`, which holds `capacity` and fills again by `refill_per_s`.

    Parameters
    ----------
    key : who does what, such as "report:192.0.2.1". Only its digest is kept.

    Raises
    ------
    LimitedError
        There is not enough in the bucket; nothing is taken.
    """
    hashed = digest(key, "limit")
    now = clock.now()
    with transaction.atomic():
        # Whoever comes first makes it; locked from here on, so that no two take the same token.
        Bucket.objects.bulk_create(
            [Bucket(key=hashed, tokens=capacity, at=now, full_at=now)], ignore_conflicts=True
        )
        bucket = Bucket.objects.select_for_update().get(key=hashed)
        # A clock set back gives nothing and takes nothing.
        gained = max(0.0, (now - bucket.at).total_seconds()) * refill_per_s
        tokens = min(float(capacity), bucket.tokens + gained)
        missing = cost - tokens
        if missing <= 0:
            bucket.tokens = tokens - cost
            bucket.at = max(bucket.at, now)
            bucket.full_at = now + dt.timedelta(seconds=(capacity - bucket.tokens) / refill_per_s)
            bucket.save(update_fields=["tokens", "at", "full_at"])
    if missing > 0:
        raise LimitedError(math.ceil(missing / refill_per_s))


@sweep("limits.forget", every_s=3600)
def forget_full() -> int:
    """Delete the buckets that are full again; return how many."""
    return Bucket.objects.filter(full_at__lt=clock.now()).delete()[0]


def client_address(request: HttpRequest) -> str:
    """Give the network a request comes from, for counting: an IPv4 address, or the first half of an IPv6 one.

    What a client says of itself (X-Forwarded-For) is believed only where one of `settings.TRUSTED_PROXIES` says it.
    """
    address = request.META.get("REMOTE_ADDR", "")
    trusted = set(getattr(settings, "TRUSTED_PROXIES", ()))
    if address in trusted:
        # Each proxy appends whom it spoke with; the last one that is no proxy of ours is the client.
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        address = next((part for part in reversed(told) if part and part not in trusted), address)
    return _network(address)


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    # One household has at least a /64 to itself.
    return str(ipaddress.ip_network((ip, 64), strict=False))
