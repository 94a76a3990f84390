"""How often somebody may do something: token buckets in the database, shared by every process.

Take before the work, outside its transaction: an attempt that fails has still been an attempt.
"""

from __future__ import annotations

import ipaddress
import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

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
    if not 0 < cost <= capacity:
        raise ValueError(f"cost {cost}: the bucket holds {capacity}")
    hashed, now_s = digest(key, "limit"), clock.now().timestamp()
    given: dict[str, str | float] = {
        "key": hashed,
        "cost": cost,
        "capacity": capacity,
        "rate": refill_per_s,
        "now_s": now_s,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE[connection.vendor], given)
        if cursor.fetchone():
            return
    bucket = Bucket.objects.get(key=hashed)
    held = min(float(capacity), bucket.tokens + max(0.0, now_s - bucket.at_s) * refill_per_s)
    # Somebody's token may have come back between the two looks.
    raise LimitedError(max(1, math.ceil((cost - held) / refill_per_s)))


def _taking(least: str, greatest: str) -> str:
    """Write it as one statement, so that no two take the same token and no lock is held longer than it.

    Nothing comes back where there was not enough. A clock set back gives nothing and takes nothing.
    """
    held = f"{least}(%(capacity)s, held.tokens + {greatest}(0, %(now_s)s - held.at_s) * %(rate)s)"
    return f"""
    INSERT INTO common_bucket AS held (key, tokens, at_s, full_at_s)
    VALUES (%(key)s, %(capacity)s - %(cost)s, %(now_s)s, %(now_s)s + %(cost)s / %(rate)s)
    ON CONFLICT (key) DO UPDATE SET
        tokens = {held} - %(cost)s,
        at_s = {greatest}(held.at_s, %(now_s)s),
        full_at_s = %(now_s)s + (%(capacity)s - ({held} - %(cost)s)) / %(rate)s
    WHERE {held} >= %(cost)s
    RETURNING tokens
    """  # noqa: S608 -- names of functions


_TAKE = {"sqlite": _taking("min", "max"), "postgresql": _taking("least", "greatest")}


@sweep("limits.forget", every_s=3600)
def forget_full() -> int:
    """Delete the buckets that are full again; return how many."""
    return Bucket.objects.filter(full_at_s__lt=clock.now().timestamp()).delete()[0]


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
