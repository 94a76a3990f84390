"""Files that people send: made anew, kept on disk before anybody is told so, gone when deleted.

A file is written and synced before its row is committed; a row is marked deleted before its files go. So whatever is
killed when, there is never a row without its file, and the sweep takes away every file without a row.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock, pictures, sounds
from linli.desk.common.files import sync_folder
from linli.desk.common.models_extras import Kind, Upload
from linli.desk.common.pictures import UploadError
from linli.desk.common.sweeps import sweep

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal, Protocol

    class Place(Protocol):
        """What this room needs to know of a community."""

        pk: int
        slug: str


__all__ = ["UploadError", "claim", "delete", "of", "read", "store_photo", "store_voice", "with_keys"]

UNCLAIMED_FOR = dt.timedelta(hours=24)
_THUMB_SUFFIX = "thumb.webp"


def store_photo(
    *, community: Place, data: bytes, by: str, key: uuid.UUID | None = None
) -> tuple[Upload, tuple[float, float] | None]:
    """Make a photo anew and keep it; say where its camera said it was (longitude, latitude), which is not kept.

    Parameters
    ----------
    key : made by the one who sends; the same photo sent again with it is the same upload.

    Raises
    ------
    UploadError
        It cannot be taken; the message is for the sender.
    """
    made = pictures.remake(data)
    row = Upload(
        kind=Kind.PHOTO, size=len(made.full), width=made.width, height=made.height, media_type=pictures.MEDIA_TYPE
    )  # fmt: skip
    files = {"webp": made.full, _THUMB_SUFFIX: made.thumb}
    return _kept(community, row, files, sent=data, by=by, key=key), made.place


def store_voice(*, community: Place, data: bytes, by: str, key: uuid.UUID | None = None) -> Upload:
    """Keep a voice note, without its tags.

    Raises
    ------
    UploadError
        It cannot be taken; the message is for the sender.
    """
    kept, media_type = sounds.remake(data)
    row = Upload(kind=Kind.VOICE, size=len(kept), media_type=media_type)
    return _kept(community, row, {sounds.SUFFIXES[media_type]: kept}, sent=data, by=by, key=key)


def _kept(
    community: Place, row: Upload, files: dict[str, bytes], *, sent: bytes, by: str, key: uuid.UUID | None
) -> Upload:
    row.community_id = community.pk
    row.key = key or uuid.uuid4()
    row.sha256 = hashlib.sha256(sent).hexdigest()
    row.by = by
    row.created_at = clock.now()
    if key is not None and (there := _sent_before(community, row)) is not None:
        return there
    folder = _folder(community.slug, row.key)
    _write(folder, {f"{row.key}.{suffix}": data for suffix, data in files.items()})
    try:
        with transaction.atomic(), scope(community=community):
            row.save(force_insert=True)
    except IntegrityError:
        there = _sent_before(community, row)
        if there is None:
            raise
        return there
    return row


def _sent_before(community: Place, row: Upload) -> Upload | None:
    with scope(community=community):
        there = Upload.objects.filter(key=row.key).first()
    if there is not None and there.sha256 != row.sha256:
        # A key that somebody guessed must not lead to somebody else's photo.
        raise UploadError(_("This file was sent under the number of another one. Choose it again."))
    return there


def _folder(slug: str, key: uuid.UUID) -> Path:
    return Path(settings.DATA) / "uploads" / slug / key.hex[:2]


def _write(folder: Path, files: dict[str, bytes]) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        aside = folder / f".{name}.{uuid.uuid4().hex[:8]}"
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(folder / name)
    for one in (folder, *(made.parent for made in missing)):
        sync_folder(one)


def files_of(upload: Upload) -> dict[str, Path]:
    """Name where an upload's files lie, by size."""
    folder = _folder(upload.community.slug, upload.key)
    if upload.kind == Kind.PHOTO:
        return {"full": folder / f"{upload.key}.webp", "thumb": folder / f"{upload.key}.{_THUMB_SUFFIX}"}
    return {"full": folder / f"{upload.key}.{sounds.SUFFIXES[upload.media_type]}"}


def read(upload: Upload, *, size: Literal["full", "thumb"] = "full") -> bytes:
    """Read what was uploaded; a voice note has one size only.

    Raises
    ------
    FileNotFoundError
        It was deleted.
    """
    if upload.deleted_at is not None:
        raise FileNotFoundError(upload.key)
    files = files_of(upload)
    return files.get(size, files["full"]).read_bytes()


def with_keys(*, community: Place, keys: Iterable[uuid.UUID]) -> list[Upload]:
    """Find uploads that nothing has claimed yet, in the order of their keys; those that are not there are left out."""
    wanted = list(keys)
    if not wanted:
        return []
    with scope(community=community):
        found = {
            one.key: one for one in Upload.objects.filter(key__in=wanted, about="", deleted_at__isnull=True)
        }
    return [found[key] for key in wanted if key in found]


def of(*, community: Place, about: str | Iterable[str]) -> list[Upload]:
    """List what belongs to a thing, or to each of several, and is not deleted; oldest first."""
    things = [about] if isinstance(about, str) else list(about)
    with scope(community=community):
        return list(
            Upload.objects.filter(about__in=things, deleted_at__isnull=True)
            .select_related("community")
            .order_by("pk")
        )


def claim(*, uploads: Iterable[Upload], about: str) -> None:
    """Say what uploads belong to, once; in the caller's transaction.

    Raises
    ------
    UploadError
        One of them belongs to another thing, or is gone.
    """
    if not about:
        raise ValueError("claimed for nothing")
    for upload in uploads:
        with scopes_disabled():
            free = Upload.objects.filter(pk=upload.pk, about__in=["", about], deleted_at__isnull=True)
            if not free.update(about=about):
                raise UploadError(_("A photo or voice note is no longer there. Add it again."))
        upload.about = about


def release(*, community: Place, about: str) -> list[Upload]:
    """Take what was claimed for a thing off it, to be claimed for what becomes of it; in the caller's transaction."""
    with scopes_disabled():
        held = Upload.objects.filter(community_id=community.pk, about=about, deleted_at__isnull=True)
        uploads = list(held.order_by("pk"))
        held.update(about="")
    return uploads


def delete(upload: Upload) -> None:
    """Take away the files of an upload; its row stays as a stub that tells no more than that it was there."""
    now = clock.now()
    with scopes_disabled():
        Upload.objects.filter(pk=upload.pk, deleted_at__isnull=True).update(deleted_at=now, sha256="")
    upload.deleted_at = upload.deleted_at or now
    upload.sha256 = ""
    # Not before the commit: a row rolled back still has its file. Were this cut off, the sweep does it.
    transaction.on_commit(lambda: _purge(upload))


def _purge(upload: Upload) -> None:
    for path in files_of(upload).values():
        path.unlink(missing_ok=True)
    with scopes_disabled():
        Upload.objects.filter(pk=upload.pk).update(purged_at=clock.now())


@sweep("uploads.tidy", every_s=3600)
def tidy() -> int:
    """Delete what nobody claimed within a day, the files of what is deleted, and files without a row."""
    before = clock.now() - UNCLAIMED_FOR
    done = 0
    with scopes_disabled():
        rows = Upload.objects.select_related("community")
        for upload in rows.filter(about="", deleted_at__isnull=True, created_at__lt=before)[:500]:
            # Unless it was claimed meanwhile.
            gone = Upload.objects.filter(pk=upload.pk, about="", deleted_at__isnull=True)
            done += gone.update(deleted_at=clock.now(), sha256="")
        for upload in rows.filter(deleted_at__isnull=False, purged_at__isnull=True)[:500]:
            _purge(upload)
    return done + _remove_strays(before)


def _remove_strays(before: dt.datetime) -> int:
    """Remove files whose row was never committed. Rows in the making are younger than a day."""
    done = 0
    for folder in (Path(settings.DATA) / "uploads").glob("*/*"):
        old = [file for file in folder.iterdir() if file.stat().st_mtime < before.timestamp()]
        named = {file: _key_in(file.name) for file in old}
        with scopes_disabled():
            known = set(
                Upload.objects.filter(
                    community__slug=folder.parent.name,
                    key__in=[key for key in named.values() if key],
                    purged_at__isnull=True,
                ).values_list("key", flat=True)
            )
        for file, key in named.items():
            if key not in known or file.name.startswith("."):
                file.unlink(missing_ok=True)
                done += 1
    return done


def _key_in(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name.lstrip(".")[:36])
    except ValueError:
        return None
