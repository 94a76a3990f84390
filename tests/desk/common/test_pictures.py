"""Photos as real files of each kind, made here: what comes out shows the same and tells nothing else."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from django.utils import translation
from PIL import Image, ImageCms, PngImagePlugin

from linli.desk.common import pictures, sounds
from linli.desk.common.pictures import UploadError
from tests.desk.common.heic import write_heic

GPS, ORIENTATION = 0x8825, 0x0112
SECRET = b"iPhone of Zhang San"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
# Lugou Bridge: 39° 50′ 58.20″ N, 116° 13′ 4.80″ E.
LUGOU = (116.218, 39.8495)
LUGOU_GPS = {1: "N", 2: (39.0, 50.0, 58.2), 3: "E", 4: (116.0, 13.0, 4.8)}


def quarters(width: int = 400, height: int = 300) -> Image.Image:
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (width, height), WHITE)
    half_x, half_y = width // 2, height // 2
    image.paste(RED, (0, 0, half_x, half_y))
    image.paste(GREEN, (half_x, 0, width, half_y))
    image.paste(BLUE, (0, half_y, half_x, height))
    return image


def exif(*, orientation: int = 1, gps: dict[int, object] | None = None) -> Image.Exif:
    tags = Image.Exif()
    tags[0x010F] = SECRET.decode()
    tags[ORIENTATION] = orientation
    tags.get_ifd(GPS).update(LUGOU_GPS if gps is None else gps)
    return tags


def packed(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def seen(data: bytes) -> list[str]:
    """The colours at the middle of each quarter."""
    with Image.open(io.BytesIO(data)) as image:
        shown = image.convert("RGB")
    names = {RED: "red", GREEN: "green", BLUE: "blue", WHITE: "white"}
    spots = [(x * shown.width // 4, y * shown.height // 4) for y in (1, 3) for x in (1, 3)]
    return [
        min(names.items(), key=lambda item: sum(abs(a - b) for a, b in zip(item[0], found, strict=True)))[1]
        for found in map(shown.getpixel, spots)
    ]


def assert_tells_nothing(data: bytes) -> None:
    assert SECRET not in data
    chunks, at = [], 12
    while at < len(data):
        chunks.append(data[at : at + 4])
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little") + (data[at + 4] & 1)
    assert set(chunks) <= {b"VP8 ", b"VP8L"}, chunks
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "WEBP"
        assert not image.getexif()
        assert "icc_profile" not in image.info


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"comment": SECRET, "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}),
        ("JPEG", {"progressive": True, "quality": 95}),
        ("PNG", {}),
        ("WEBP", {"lossless": True, "xmp": SECRET}),
        ("AVIF", {}),
    ],
)
def test_photo_keeps_what_is_seen_and_loses_what_it_tells(kind: str, options: dict[str, object]) -> None:
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", SECRET.decode())
        options = {"pnginfo": words}
    data = packed(quarters(), kind, exif=exif(), **options)
    assert SECRET in data
    made = pictures.remake(data)
    assert (made.width, made.height) == (400, 300)
    assert made.place == pytest.approx(LUGOU)
    for one in (made.full, made.thumb):
        assert seen(one) == ["red", "green", "blue", "white"]
        assert_tells_nothing(one)


@pytest.mark.parametrize(
    ("orientation", "shown"),
    [
        (1, ["red", "green", "blue", "white"]),
        (3, ["white", "blue", "green", "red"]),
        (6, ["blue", "red", "white", "green"]),
        (8, ["green", "white", "red", "blue"]),
    ],
)
def test_photo_is_turned_upright(orientation: int, shown: list[str]) -> None:
    made = pictures.remake(packed(quarters(), "JPEG", exif=exif(orientation=orientation)))
    assert seen(made.full) == seen(made.thumb) == shown
    assert (made.width, made.height) == ((300, 400) if orientation in {6, 8} else (400, 300))


def test_heic_of_a_telephone_is_read_upright_with_its_place() -> None:
    blocks = [(76, 84, 255), (150, 44, 21), (29, 255, 107), (255, 128, 128)]  # as `quarters`, in YCbCr
    tiff = exif(orientation=6).tobytes().removeprefix(b"Exif\0\0")
    data = write_heic(blocks, across=2, tiff=tiff, quarter_turns=3)
    assert SECRET in data
    made = pictures.remake(data)
    # Turned once, by the file; the orientation of EXIF says the same again and is not to be obeyed twice.
    assert seen(made.full) == ["blue", "red", "white", "green"]
    assert (made.width, made.height) == (32, 32)
    assert made.place == pytest.approx(LUGOU)
    assert_tells_nothing(made.full)


def test_large_photo_is_made_smaller_and_small_one_stays() -> None:
    made = pictures.remake(packed(quarters(6000, 3000), "JPEG", quality=60))
    assert (made.width, made.height) == (2048, 1024)
    with Image.open(io.BytesIO(made.thumb)) as thumb:
        assert thumb.size == (480, 240)
    small = pictures.remake(packed(quarters(40, 30), "PNG"))
    assert (small.width, small.height) == (40, 30)
    assert seen(small.thumb) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_photo_of_any_mode_is_taken(mode: str) -> None:
    image = (
        Image.new("I;16", (60, 40), 65535)
        if mode == "I;16"
        else Image.new("RGB", (60, 40), WHITE).convert(mode)
    )
    made = pictures.remake(packed(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert seen(made.full) == ["white"] * 4


def test_transparent_photo_stands_on_white() -> None:
    image = quarters().convert("RGBA")
    image.putalpha(0)
    assert seen(pictures.remake(packed(image, "PNG")).full) == ["white"] * 4


def test_colours_of_another_space_are_brought_into_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, lab, b"no profile"):
        made = pictures.remake(packed(quarters(), "PNG", icc_profile=profile))
        assert seen(made.full) == ["red", "green", "blue", "white"]
        assert_tells_nothing(made.full)


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        ({1: "S", 2: (33.0, 52.0, 0.0), 3: "W", 4: (70.0, 40.0, 12.0)}, (-70.67, -33.8666667)),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (116.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (39.0, 0.0, 0.0)}, None),
        ({}, None),
        ({1: "N", 2: "north", 3: "E", 4: (1.0, 2.0, 3.0)}, None),
        ({1: "N", 2: (39.0,), 3: "E", 4: (1.0, 2.0, 3.0)}, None),
        ({1: "N", 2: (float("nan"), 0.0, 0.0), 3: "E", 4: (1.0, 2.0, 3.0)}, None),
    ],
)
def test_place_is_read_where_it_makes_sense(
    gps: dict[int, object], place: tuple[float, float] | None
) -> None:
    assert pictures.place_of(gps) == (pytest.approx(place) if place else None)


def png_of(width: int, height: int) -> bytes:
    """A PNG of so many black pixels, in a few bytes: a bomb if it is large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(((width + 7) // 8 + 1) * min(height, 1000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 5_001), (9_500, 9_500), (20_000, 10_000), (60_000, 60_000)]
)
def test_bomb_of_pixels_is_refused_before_it_is_unpacked(width: int, height: int) -> None:
    with pytest.raises(UploadError, match="5000 万像素"):
        pictures.remake(png_of(width, height))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_photo_cut_off_is_refused(kind: str) -> None:
    data = packed(quarters(), kind)
    for share in (0.02, 0.5, 0.9):
        with pytest.raises(UploadError, match=r"没有传完整|不是能打开的照片"):
            pictures.remake(data[: int(len(data) * share)])


def test_heic_cut_off_is_refused() -> None:
    data = write_heic([(76, 84, 255)], across=1)
    for cut in (30, 200, len(data) - 200):
        with pytest.raises(UploadError):
            pictures.remake(data[:cut])


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff", SVG, b'<?xml version="1.0"?>' + SVG, HTML, b"%PDF-1.7", b"PK\x03\x04", b"GIF89a",
     b"II*\0", b"BM", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", b"RIFF\0\0\0\0WAVEfmt ", bytes(64)],
)  # fmt: skip
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(UploadError):
        pictures.remake(data)


def test_refusal_is_told_in_the_language_of_who_asks() -> None:
    with translation.override("en"), pytest.raises(UploadError, match="Send a JPEG, PNG, WebP or HEIC file"):
        pictures.remake(HTML)


def test_photo_too_large_in_bytes_is_refused() -> None:
    with pytest.raises(UploadError, match="20 MB"):
        pictures.remake(b"\xff\xd8\xff" + bytes(pictures.MOST_BYTES))


def test_polyglot_comes_out_as_picture_alone() -> None:
    """A page hidden in a comment of a picture and a program hung onto its end do not come through."""
    data = packed(quarters(), "JPEG", comment=HTML) + b"PK\x03\x04" + HTML
    made = pictures.remake(data)
    assert b"script" not in made.full + made.thumb
    assert b"PK\x03\x04" not in made.full
    assert_tells_nothing(made.full)


def id3(body: bytes) -> bytes:
    size = len(body)
    return b"ID3\x04\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


def mp4(*, brand: bytes = b"M4A ") -> bytes:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    told = box(b"udta", b"\xa9xyz+39.8495+116.2180/" + SECRET)
    moov = box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"tkhd", bytes(84)) + told) + told)
    return box(b"ftyp", brand + bytes(4) + brand) + moov + box(b"mdat", b"voice" * 9)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm" + bytes(40), "audio/webm"),
        (b"OggS\0\x02" + bytes(20) + b"OpusHead", "audio/ogg"),
        (mp4(), "audio/mp4"),
        (mp4(brand=b"isom"), "audio/mp4"),
        (b"\xff\xfb\x90\x64" + bytes(400), "audio/mpeg"),
        (
            id3(SECRET * 20) + b"\xff\xfb\x90\x64" + bytes(400) + b"TAG" + SECRET.ljust(125, b"\0"),
            "audio/mpeg",
        ),
    ],
)
def test_voice_note_is_known_by_content_and_loses_its_tags(data: bytes, media_type: str) -> None:
    kept, found = sounds.remake(data)
    assert found == media_type
    assert SECRET not in kept
    assert b"39.8495" not in kept


def test_voice_note_keeps_its_sound_where_it_was() -> None:
    data = mp4()
    kept, _ = sounds.remake(data)
    assert len(kept) == len(data)
    assert kept.index(b"voice") == data.index(b"voice")
    plain = b"\xff\xfb\x90\x64" + bytes(400)
    assert sounds.remake(id3(b"x" * 300) + plain)[0] == plain


@pytest.mark.parametrize(
    "data",
    [b"", HTML, SVG, b"RIFF\0\0\0\0WAVEfmt ", b"\x1a\x45\xdf\xa3matroska", b"ID3", id3(b"x" * 40), b"\xff\xd8\xff",
     write_heic([(76, 84, 255)], across=1)],
)  # fmt: skip
def test_what_is_no_voice_note_is_refused(data: bytes) -> None:
    with pytest.raises(UploadError):
        sounds.remake(data)


def test_voice_note_too_large_is_refused() -> None:
    with pytest.raises(UploadError, match="10 MB"):
        sounds.remake(b"OggS" + bytes(sounds.MOST_BYTES))


def test_boxes_that_lie_about_their_size_do_no_harm() -> None:
    for size in (0, 1, 7, 9, 2**31):
        data = mp4()[:28] + struct.pack(">I", size) + b"udta" + SECRET
        kept, _ = sounds.remake(data)
        assert len(kept) == len(data)
