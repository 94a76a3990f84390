"""Which photos of a matter everybody may see: those that a person has let through; and their addresses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core import signing
from django.urls import reverse

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter


def public_keys(matter: Matter) -> list[uuid.UUID]:
    """List the keys of the photos let through, in order; none of a matter that is not public."""
    return [uuid.UUID(str(key)) for key in matter.public_photos] if matter.public else []


def photo_url(slug: str, key: uuid.UUID, *, size: str, sight: str = "") -> str:
    """Make the address of a photo; `sight` is what shows that one came with the follow code."""
    address = reverse("resident:photo", args=[slug, key])
    return f"{address}?size={size}" + (f"&sight={sight}" if sight else "")


def first_photo_url(matter: Matter, slug: str) -> str:
    """Make the address of the small first photo that everybody may see; empty where there is none."""
    keys = public_keys(matter)
    return photo_url(slug, keys[0], size="thumb") if keys else ""


_SALT = "linli.resident.sight"
_LASTS_S = 12 * 3600


def photo_sight(matter: Matter) -> str:
    """Make what shows the photo view that its visitor came with the matter's follow code, today."""
    return signing.dumps(matter.pk, salt=_SALT)


def in_sight(sight: str) -> int | None:
    """Read it: which matter's photos may be seen; None for none."""
    try:
        return int(signing.loads(sight, salt=_SALT, max_age=_LASTS_S))
    except signing.BadSignature:
        return None
