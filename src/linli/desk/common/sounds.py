"""Voice notes: what kind they are by their content, and what they tell beside the voice taken out. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from linli.desk.common.pictures import UploadError, brands_of

MOST_BYTES = 10 * 1024 * 1024
SUFFIXES = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a", "audio/mpeg": "mp3"}
_MP4_BRANDS = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso", b"dash", b"3gp")
# Boxes of an ISO media file that hold boxes, and those that hold words about the recording.
_HOLDERS = {b"moov", b"trak", b"mdia", b"moof", b"traf"}
_TELLING = {b"udta", b"meta", b"uuid"}


def media_type_of(data: bytes) -> str | None:
    """Name the media type by what is in the file; None for any that is not taken."""
    if data.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in data[:64]:
        return "audio/webm"
    if data.startswith(b"OggS"):
        return "audio/ogg"
    if data[4:8] == b"ftyp" and any(brand.startswith(_MP4_BRANDS) for brand in brands_of(data)):
        return "audio/mp4"
    if data.startswith(b"ID3") or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    return None


def remake(data: bytes) -> tuple[bytes, str]:
    """Take a voice note: its bytes without tags (MP3, MP4), and its media type.

    Raises
    ------
    UploadError
        It is no recording, or too large.
    """
    if len(data) > MOST_BYTES:
        raise UploadError(_("The voice note is larger than 10 MB. Record a shorter one."))
    media_type = media_type_of(data)
    if media_type is None:
        raise UploadError(_("This is not a voice note we can play. Send a WebM, Ogg, M4A or MP3 file."))
    if media_type == "audio/mpeg":
        data = _without_id3(data)
    if media_type == "audio/mp4":
        data = _without_boxes(data)
    if not data:
        raise UploadError(_("There is no sound in this voice note. Record it again."))
    return data, media_type


def _without_id3(data: bytes) -> bytes:
    while data.startswith(b"ID3"):
        # The size is of four bytes of seven bits; a footer doubles the ten bytes of the head.
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))
        data = data[10 + size + (10 if len(data) > 5 and data[5] & 0x10 else 0) :]
    if data[-128:-125] == b"TAG":
        data = data[:-128]
    return data


def _without_boxes(data: bytes) -> bytes:
    """Blank what tells of maker and place, in its place, so that no offset to the sound moves."""
    blanked = bytearray(data)
    _blank(blanked, 0, len(blanked), depth=0)
    return bytes(blanked)


def _blank(data: bytearray, begin: int, end: int, *, depth: int) -> None:
    while begin + 8 <= end:
        size, kind, head = (
            int.from_bytes(data[begin : begin + 4], "big"),
            bytes(data[begin + 4 : begin + 8]),
            8,
        )
        if size == 1:
            size, head = int.from_bytes(data[begin + 8 : begin + 16], "big"), 16
        last = end if size == 0 else min(begin + size, end)
        if size != 0 and size < head:
            return
        if kind in _TELLING:
            data[begin + 4 : begin + 8] = b"free"
            data[begin + head : last] = bytes(max(0, last - begin - head))
        elif kind in _HOLDERS and depth < 8:
            _blank(data, begin + head, last, depth=depth + 1)
        begin = last
