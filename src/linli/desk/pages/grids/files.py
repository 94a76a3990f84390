"""Lists that come with a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linli.desk.places.imports import LARGEST_BYTES

if TYPE_CHECKING:
    from django.http import HttpRequest


def file_in(request: HttpRequest) -> tuple[bytes, str]:
    """Give what was sent and its name, both empty where nothing was; of what is too large, enough to see that."""
    found = request.FILES.get("file")
    return (b"", "") if found is None else (found.read(LARGEST_BYTES + 1), found.name or "")
