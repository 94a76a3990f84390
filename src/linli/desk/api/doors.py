"""How another system says who it is, and how often anybody may ask."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from linli.desk.common import limits
from linli.desk.partners.actions import note_use
from linli.desk.partners.queries import api_key_of, machine
from linli.desk.people.access import community_at

if TYPE_CHECKING:
    from linli.desk.partners.models import ApiKey
    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community

# At once, and how many more a second: our own choice. A key has more, since somebody answers for it.
_RATES = {"key": (600, 5.0), "address": (300, 1.0), "wrong key": (30, 1 / 60)}


class UnknownKeyError(Exception):
    """A key was shown that is none here: unknown, revoked, another community's. Nobody is told which."""


class ReadOnlyKeyError(Exception):
    """The key may read, and nothing else."""


def key_of(request: HttpRequest, community: Community, secret: str) -> ApiKey:
    """Give the key that was shown, and count this request for it.

    Raises
    ------
    UnknownKeyError, LimitedError
    """
    found = api_key_of(community=community, secret=secret)
    if found is None:
        _take("wrong key", limits.client_address(request))
        raise UnknownKeyError
    _take("key", str(found.pk))
    note_use(api_key=found)
    return found


def count_address(request: HttpRequest) -> None:
    """Count a request that came without a key.

    Raises
    ------
    LimitedError
    """
    _take("address", limits.client_address(request))


def _take(what: str, who: str) -> None:
    capacity, refill = _RATES[what]
    limits.take(key=f"api {what}:{who}", capacity=capacity, refill_per_s=refill)


def writer(api_key: ApiKey, community: Community) -> Actor:
    """Make the actor of a key that may report.

    Raises
    ------
    ReadOnlyKeyError
    """
    if not api_key.may_write:
        raise ReadOnlyKeyError
    return machine(api_key, community)


class Key(HttpBearer):
    """`Authorization: Bearer linli_…`; the key is one of the community in the address."""

    def __init__(self, *, required: bool) -> None:
        super().__init__()
        self._required = required

    def __call__(self, request: HttpRequest) -> Any:
        """Let in who shows a key, and where none is required who shows nothing."""
        if not self._required and "Authorization" not in request.headers:
            count_address(request)
            return ANYBODY
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """Find the key; an unknown community has none, so that it is not told apart from a wrong key."""
        community = community_at(slug_of(request))
        if community is None:
            return None
        try:
            return key_of(request, community, token)
        except UnknownKeyError:
            return None


#: Who asks without a key.
ANYBODY = "anybody"


def slug_of(request: HttpRequest) -> str:
    """Give the community's part of the address."""
    match = request.resolver_match
    return str(match.kwargs.get("slug", "")) if match is not None else ""


def own_key(api_key: ApiKey, key: uuid.UUID | None) -> uuid.UUID | None:
    """Make of a system's request key one that no other system's can equal."""
    return None if key is None else uuid.uuid5(uuid.UUID(int=api_key.pk), str(key))
