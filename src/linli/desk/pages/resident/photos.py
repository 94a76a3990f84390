"""Photos on their way: kept under a signed token in the form until the form is sent, shown only to who holds it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common import uploads
from linli.desk.common.uploads import UploadError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile

    from linli.desk.common.models import Upload
    from linli.desk.people.access import DeskRequest
    from linli.desk.places.models import Community

MOST = 5
_MOST_BYTES = 20 * 1024 * 1024
_SALT = "linli.resident.photo"
# Unclaimed uploads are swept after a day; a token is worth nothing longer.
_LASTS_S = 24 * 3600


def token_of(upload: Upload) -> str:
    """Make what the form carries of a photo."""
    return signing.dumps([upload.community_id, str(upload.key)], salt=_SALT)


def waiting(community: Community, tokens: Iterable[str]) -> list[Upload]:
    """Find the photos of a form's tokens that still wait for their form, in order, each once."""
    keys = [key for token in dict.fromkeys(tokens) if (key := _key_in(token, community))]
    return uploads.with_keys(community=community, keys=keys)[:MOST]


def _key_in(token: str, community: Community) -> uuid.UUID | None:
    try:
        community_id, key = signing.loads(token, salt=_SALT, max_age=_LASTS_S)
    except signing.BadSignature:
        return None
    return uuid.UUID(key) if community_id == community.pk else None


def store(community: Community, file: UploadedFile, *, by: str) -> tuple[Upload, tuple[float, float] | None]:
    """Keep one photo; also where it was taken, which is kept nowhere.

    Raises
    ------
    UploadError
        It is no photo, or too large; the message says what to do.
    """
    if (file.size or 0) > _MOST_BYTES:
        raise UploadError(_("This photo is too large (over 20 MB). Take it again in a smaller size."))
    return uploads.store_photo(community=community, data=file.read(), by=by)


def gather(request: DeskRequest) -> tuple[list[Upload], tuple[float, float] | None, str]:
    """Collect a form's photos: those sent ahead and not left out, and those that came with it.

    Also where the first with a place was taken, and what is wrong with those that could not be taken.
    """
    community = request.community
    dropped = set(request.POST.getlist("drop"))
    kept = waiting(community, [token for token in request.POST.getlist("photo") if token not in dropped])
    place, problems = None, []
    for file in request.FILES.getlist("photos"):
        if len(kept) == MOST:
            problems.append(
                ngettext("Only {n} photo fits in.", "Only {n} photos fit in.", MOST).format(n=MOST)
            )
            break
        try:
            upload, taken_at = store(community, file, by=request.actor.key)
        except UploadError as error:
            problems.append(f"{file.name}: {error}" if file.name else str(error))
            continue
        kept.append(upload)
        place = place or taken_at
    return kept, place, " ".join(problems)


def photo_rows(slug: str, kept: Iterable[Upload]) -> list[dict[str, Any]]:
    """Make what the template shows of photos that wait."""
    rows = []
    for upload in kept:
        token = token_of(upload)
        rows.append({"token": token, "url": reverse("resident:waiting_photo", args=[slug, token])})
    return rows
