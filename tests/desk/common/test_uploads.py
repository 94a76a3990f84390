from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from linli.desk.common import pictures, uploads
from linli.desk.common.models import Upload
from linli.desk.common.uploads import UploadError
from linli.desk.places.models import Community
from tests.desk.clock import frozen
from tests.desk.common.test_pictures import HTML, SECRET, assert_tells_nothing, exif, packed, quarters, seen

PHOTO = packed(quarters(), "JPEG", exif=exif(orientation=6))
VOICE = b"OggS\0\x02" + bytes(20) + b"OpusHead"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_folder() -> Iterator[None]:
    yield
    shutil.rmtree(Path(settings.DATA) / "uploads", ignore_errors=True)


def stored(community: Community, **given: object) -> Upload:
    upload, _ = uploads.store_photo(community=community, data=PHOTO, by="resident", **given)
    return upload


def on_disk(community: Community) -> list[Path]:
    return sorted(
        path for path in (Path(settings.DATA) / "uploads" / community.slug).rglob("*") if path.is_file()
    )


def row(upload: Upload) -> Upload:
    with scope(community=upload.community):
        return Upload.objects.get(pk=upload.pk)


def test_photo_is_kept_without_its_place_which_is_told_once(bridge: Community) -> None:
    upload, place = uploads.store_photo(community=bridge, data=PHOTO, by="resident")
    assert place == pytest.approx((116.218, 39.8495))
    kept = row(upload)
    assert (kept.kind, kept.media_type, kept.by, kept.about) == ("photo", "image/webp", "resident", "")
    assert (kept.width, kept.height) == (300, 400)
    full, thumb = uploads.read(kept), uploads.read(kept, size="thumb")
    assert kept.size == len(full)
    for data in (full, thumb):
        assert_tells_nothing(data)
        assert seen(data) == ["blue", "red", "white", "green"]
    folder = Path(settings.DATA) / "uploads" / bridge.slug / upload.key.hex[:2]
    names = [f"{upload.key}.thumb.webp", f"{upload.key}.webp"]
    assert on_disk(bridge) == [folder / name for name in names]
    with scope(community=bridge):
        told = str(list(Upload.objects.values()))
    assert "116.2" not in told
    assert SECRET.decode() not in told


def test_voice_note_is_kept(bridge: Community) -> None:
    upload = uploads.store_voice(community=bridge, data=VOICE, by="account:3")
    assert uploads.read(row(upload)) == uploads.read(row(upload), size="thumb") == VOICE
    assert (upload.kind, upload.media_type, upload.size) == ("voice", "audio/ogg", len(VOICE))


def test_refused_upload_leaves_nothing(bridge: Community) -> None:
    for data in (HTML, b"", PHOTO[:500]):
        with pytest.raises(UploadError):
            uploads.store_photo(community=bridge, data=data, by="resident")
        with pytest.raises(UploadError):
            uploads.store_voice(community=bridge, data=data, by="resident")
    assert on_disk(bridge) == []
    with scope(community=bridge):
        assert Upload.objects.count() == 0


def test_same_photo_sent_again_is_the_same_upload(bridge: Community, mill: Community) -> None:
    key = uuid.uuid4()
    first = stored(bridge, key=key)
    again, place = uploads.store_photo(community=bridge, data=PHOTO, by="resident", key=key)
    assert (again.pk, place) == (first.pk, pytest.approx((116.218, 39.8495)))
    assert len(on_disk(bridge)) == 2
    assert stored(mill, key=key).pk != first.pk


def test_key_of_another_photo_is_refused(bridge: Community) -> None:
    key = uuid.uuid4()
    stored(bridge, key=key)
    with pytest.raises(UploadError):
        uploads.store_photo(community=bridge, data=packed(quarters(), "PNG"), by="resident", key=key)


def test_upload_is_claimed_once(bridge: Community, mill: Community) -> None:
    one, two = stored(bridge), stored(bridge)
    assert uploads.with_keys(community=bridge, keys=[two.key, uuid.uuid4(), one.key]) == [two, one]
    assert uploads.with_keys(community=mill, keys=[one.key]) == []
    uploads.claim(uploads=[one, two], about="step:1")
    uploads.claim(uploads=[one], about="step:1")
    assert uploads.with_keys(community=bridge, keys=[one.key, two.key]) == []
    assert uploads.of(community=bridge, about="step:1") == [one, two]
    assert uploads.of(community=bridge, about=["step:2", "step:1"]) == [one, two]
    assert uploads.of(community=mill, about="step:1") == []
    with pytest.raises(UploadError):
        uploads.claim(uploads=[one], about="step:2")
    assert row(one).about == "step:1"
    with pytest.raises(ValueError, match="nothing"):
        uploads.claim(uploads=[one], about="")


def test_deleted_upload_is_gone_but_for_its_stub(
    bridge: Community, django_capture_on_commit_callbacks: object
) -> None:
    upload = stored(bridge)
    uploads.claim(uploads=[upload], about="step:1")
    with django_capture_on_commit_callbacks(execute=True):
        uploads.delete(row(upload))
        assert len(on_disk(bridge)) == 2, "not before it is committed"
    assert on_disk(bridge) == []
    stub = row(upload)
    assert stub.deleted_at is not None
    assert stub.purged_at is not None
    assert (stub.sha256, stub.about) == ("", "step:1")
    with pytest.raises(FileNotFoundError):
        uploads.read(stub)
    assert uploads.of(community=bridge, about="step:1") == []
    with pytest.raises(UploadError):
        uploads.claim(uploads=[stub], about="step:1")


def test_upload_whose_deleting_is_undone_is_still_there(
    bridge: Community, django_capture_on_commit_callbacks: object
) -> None:
    upload = stored(bridge)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        uploads.delete(row(upload))
        transaction.set_rollback(True)
    assert uploads.read(row(upload))


def test_files_of_a_deletion_cut_off_are_taken_away_by_the_sweep(bridge: Community) -> None:
    upload = stored(bridge)
    uploads.delete(
        row(upload)
    )  # its commit never comes to the files: the test's transaction is never committed
    assert len(on_disk(bridge)) == 2
    uploads.tidy()
    assert on_disk(bridge) == []
    assert row(upload).purged_at is not None


def test_upload_nobody_claims_goes_after_a_day(bridge: Community) -> None:
    with frozen() as time:
        left, claimed = stored(bridge), stored(bridge)
        uploads.claim(uploads=[claimed], about="step:1")
        time.move(hours=23)
        assert uploads.tidy() == 0
        time.move(hours=2)
        assert uploads.tidy() == 1
    assert row(left).deleted_at is not None
    assert [path.name[:36] for path in on_disk(bridge)] == [str(claimed.key)] * 2
    assert uploads.read(row(claimed))


def test_file_whose_row_was_never_committed_goes_after_a_day(bridge: Community) -> None:
    kept = stored(bridge)
    uploads.claim(uploads=[kept], about="step:1")
    folder = on_disk(bridge)[0].parent
    strays = [folder / f"{uuid.uuid4()}.webp", folder / "notes.txt", folder / f".{kept.key}.webp.12345678"]
    for stray in strays:
        stray.write_bytes(b"x")
    uploads.tidy()
    assert all(stray.exists() for stray in strays), "their rows may be in the making"
    for stray in on_disk(bridge):
        os.utime(stray, (0, 0))
    assert uploads.tidy() == 3
    assert [path.name[:36] for path in on_disk(bridge)] == [str(kept.key)] * 2


def test_uploads_are_not_seen_outside_their_community(bridge: Community, mill: Community) -> None:
    stored(bridge)
    with pytest.raises(ScopeError):
        Upload.objects.all()
    with scope(community=mill):
        assert not Upload.objects.exists()


def test_limits_are_those_promised() -> None:
    assert (pictures.MOST_BYTES, pictures.MOST_PIXELS) == (20 * 2**20, 50_000_000)
    assert (pictures.FULL_SIDE, pictures.THUMB_SIDE) == (2048, 480)
