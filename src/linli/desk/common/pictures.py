"""Photos as residents send them, made into pictures that say nothing but what is seen. Pure: no database, no files."""

from __future__ import annotations

import io
import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pi_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
FULL_SIDE, THUMB_SIDE = 2048, 480
MEDIA_TYPE = "image/webp"
_QUALITY = 82
_GPS_IFD = 0x8825
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_SRGB = ImageCms.createProfile("sRGB")

pi_heif.register_heif_opener(thumbnails=False)


class UploadError(ValueError):
    """What was sent cannot be taken; the message says why and what to do, to the one who sent it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo made anew.

    Attributes
    ----------
    full, thumb : WebP, at most 2048 and 480 pixels a side, upright, without any metadata.
    width, height : of `full`.
    place : where the camera said it was (longitude, latitude, WGS-84); for proposing a pin, never to be kept.
    """

    full: bytes
    thumb: bytes
    width: int
    height: int
    place: tuple[float, float] | None


def format_of(data: bytes) -> str | None:
    """Name the format by what is in the file, as Pillow names it; None for any that is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        brands = brands_of(data)
        # HEIF files name what they are first, and what else may read them after it.
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIC_BRANDS:
            return "HEIF"
    return None


def brands_of(data: bytes) -> set[bytes]:
    """Read the brands of an ISO media file: what kinds of file it says it is."""
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[at : at + 4] for at in range(16, size - 3, 4)}
    return {data[8:12], *brands}


def remake(data: bytes) -> Picture:
    """Read a photo and make it anew.

    Raises
    ------
    UploadError
        It is no photo, too large, or has not arrived whole.
    """
    if len(data) > MOST_BYTES:
        raise UploadError(_("The photo is larger than 20 MB. Send a smaller one, or a screenshot of it."))
    name = format_of(data)
    if name is None:
        raise UploadError(_("This is not a photo we can read. Send a JPEG, PNG, WebP or HEIC file."))
    try:
        with Image.open(io.BytesIO(data), formats=[name]) as image:
            _check_pixels(image)
            # A JPEG can be read at half or a quarter of its size: less memory, and quicker.
            image.draft("RGB", (FULL_SIDE, FULL_SIDE))
            place = place_of(image.getexif().get_ifd(_GPS_IFD))
            return _made(ImageOps.exif_transpose(image), place)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UploadError(_too_many()) from error
    except UploadError:
        raise
    # Decoders tell of damage in many ways; whichever it is, the file is what is wrong.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError,
            AttributeError, EOFError, RuntimeError, MemoryError) as error:  # fmt: skip
        raise UploadError(
            _("The photo is damaged or has not arrived whole. Send it again, or take another.")
        ) from error


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise UploadError(_too_many())


def _too_many() -> str:
    return _("The photo has more than 50 million pixels. Send a smaller one, or a screenshot of it.")


def _made(image: Image.Image, place: tuple[float, float] | None) -> Picture:
    plain = _in_srgb(image)
    plain.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    full = _webp(plain)
    width, height = plain.size
    plain.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return Picture(full=full, thumb=_webp(plain), width=width, height=height, place=place)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Take the pixels alone, in the colours that every screen assumes, on white where they are transparent."""
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    elif image.mode.startswith("I"):
        # Sixteen bits of grey.
        image = image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if profile:
        # A profile that is broken, or of another kind of colours, is not worth refusing a photo for.
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, outputMode="RGB"
            )
            image = converted or image
    image = image.convert("RGB")
    image.load()
    image.info = {}
    return image


def _webp(image: Image.Image) -> bytes:
    packed = io.BytesIO()
    image.save(packed, "WEBP", quality=_QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return packed.getvalue()


def place_of(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Read longitude and latitude from the GPS part of EXIF; None if there is no such, or no sense in it."""
    try:
        lat = _degrees(gps[2], negative=str(gps.get(1, "N")).upper().startswith("S"))
        lon = _degrees(gps[4], negative=str(gps.get(3, "E")).upper().startswith("W"))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return None
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    # Cameras without a fix write zeros.
    if abs(lon) > 180 or abs(lat) > 90 or (lon == 0 and lat == 0):
        return None
    return round(lon, 7), round(lat, 7)


def _degrees(parts: Any, *, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    whole = degrees + minutes / 60 + seconds / 3600
    return -whole if negative else whole
