"""Which photos of a matter everybody may see: those that a person has let through; and their addresses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter


def public_keys(matter: Matter) -> list[uuid.UUID]:
    """List the keys of the photos let through, in order; none of a matter that is not public."""
    return [uuid.UUID(str(key)) for key in matter.public_photos] if matter.public else []


def photo_url(slug: str, key: uuid.UUID, *, size: str, code: str = "") -> str:
    """Make the address of a photo; below the follow code for who holds it, so that every look asks for leave anew."""
    if code:
        address = reverse("resident:followed_photo", args=[slug, code, key])
    else:
        address = reverse("resident:photo", args=[slug, key])
    return f"{address}?size={size}"


def first_photo_url(matter: Matter, slug: str) -> str:
    """Make the address of the small first photo that everybody may see; empty where there is none."""
    keys = public_keys(matter)
    return photo_url(slug, keys[0], size="thumb") if keys else ""
