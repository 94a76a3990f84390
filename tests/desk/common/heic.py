"""A writer of small HEIC files, since what reads them here cannot write: HEVC whose blocks are all plain samples (I_PCM).

After ITU-T H.265 (7.3, 9.3) and ISO/IEC 23008-12; just enough for a decoder to see what a telephone would send.
"""

from __future__ import annotations

from collections.abc import Sequence

_SIDE = 16  # of a block
# Ranges of the less probable symbol for the few states that the one context here goes through (H.265, table 9-52).
_LESS_PROBABLE = (
    (128, 176, 208, 240), (128, 167, 197, 227), (128, 158, 187, 216), (123, 150, 178, 205),
    (116, 142, 169, 195), (111, 135, 160, 185), (105, 128, 152, 175), (100, 122, 144, 166),
)  # fmt: skip


class _Bits:
    def __init__(self) -> None:
        self.bits: list[int] = []

    def u(self, value: int, width: int) -> None:
        self.bits += [value >> at & 1 for at in reversed(range(width))]

    def ue(self, value: int) -> None:
        width = (value + 1).bit_length()
        self.u(value + 1, 2 * width - 1)

    def align(self, *, stop: bool = False) -> None:
        if stop:
            self.bits.append(1)
        self.bits += [0] * (-len(self.bits) % 8)

    def packed(self) -> bytes:
        return bytes(int("".join(map(str, self.bits[at : at + 8])), 2) for at in range(0, len(self.bits), 8))


class _Cabac:
    """The arithmetic coder, for one context whose every symbol is the more probable one."""

    def __init__(self, out: _Bits) -> None:
        self.out, self.state = out, 0
        self.restart()

    def restart(self) -> None:
        self.low, self.range, self.first, self.outstanding = 0, 510, True, 0

    def likely(self) -> None:
        self.range -= _LESS_PROBABLE[self.state][self.range >> 6 & 3]
        self.state += 1
        self._renorm()

    def end(self, flag: int) -> None:
        self.range -= 2
        if not flag:
            self._renorm()
            return
        self.low += self.range
        self.range = 2
        self._renorm()
        self._put(self.low >> 9 & 1)
        self.out.u(self.low >> 7 & 3 | 1, 2)
        self.out.align()

    def _renorm(self) -> None:
        while self.range < 256:
            if self.low < 256:
                self._put(0)
            elif self.low >= 512:
                self.low -= 512
                self._put(1)
            else:
                self.low -= 256
                self.outstanding += 1
            self.range *= 2
            self.low *= 2

    def _put(self, bit: int) -> None:
        if self.first:
            self.first = False
        else:
            self.out.bits.append(bit)
        self.out.bits += [1 - bit] * self.outstanding
        self.outstanding = 0


def _profile(bits: _Bits) -> None:
    bits.u(3, 8)  # Main Still Picture
    bits.u(0x70000000, 32)
    bits.u(0b1001, 4)
    bits.u(0, 44)
    bits.u(30, 8)


def _parameter_sets(width: int, height: int) -> list[bytes]:
    vps = _Bits()
    for value, size in ((0, 4), (3, 2), (0, 6), (0, 3), (1, 1), (0xFFFF, 16)):
        vps.u(value, size)
    _profile(vps)
    vps.u(1, 1)
    for _ in range(3):
        vps.ue(0)
    vps.u(0, 6)
    vps.ue(0)
    vps.u(0, 2)
    vps.align(stop=True)
    sps = _Bits()
    sps.u(1, 8)
    _profile(sps)
    for value in (0, 1, width, height):
        sps.ue(value)
    sps.u(0, 1)
    for value in (0, 0, 0):
        sps.ue(value)
    sps.u(1, 1)
    # Ordering; blocks of 16 with transforms of 4 to 16.
    for value in (0, 0, 0, 1, 0, 0, 2, 0, 0):
        sps.ue(value)
    sps.u(0b0001, 4)  # plain samples allowed
    sps.u(0x77, 8)
    sps.ue(1)
    sps.ue(0)
    sps.u(1, 1)
    sps.ue(0)
    sps.u(0, 5)
    sps.align(stop=True)
    pps = _Bits()
    pps.ue(0)
    pps.ue(0)
    pps.u(0, 7)
    for _ in range(3):
        pps.ue(0)
    pps.u(0, 3)
    pps.ue(0)
    pps.ue(0)
    pps.u(0, 7)
    pps.u(0b101, 3)  # no deblocking
    pps.u(0, 2)
    pps.ue(0)
    pps.u(0, 2)
    pps.align(stop=True)
    return [_nal(kind, bits.packed()) for kind, bits in ((32, vps), (33, sps), (34, pps))]


def _nal(kind: int, payload: bytes) -> bytes:
    escaped, zeros = bytearray(), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes([kind << 1, 1]) + bytes(escaped)


def _slice(blocks: Sequence[tuple[int, int, int]]) -> bytes:
    bits = _Bits()
    bits.u(0b10, 2)
    bits.ue(0)
    bits.ue(2)
    bits.ue(0)
    bits.align(stop=True)
    cabac = _Cabac(bits)
    for number, (y, cb, cr) in enumerate(blocks, 1):
        cabac.likely()
        cabac.end(1)
        for sample, count in ((y, 256), (cb, 64), (cr, 64)):
            for _ in range(count):
                bits.u(sample, 8)
        cabac.restart()
        cabac.end(int(number == len(blocks)))
    return _nal(19, bits.packed())


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def _full(kind: bytes, version: int, *parts: bytes) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]), *parts)


def _n(value: int, size: int = 2) -> bytes:
    return value.to_bytes(size, "big")


def write_heic(
    blocks: Sequence[tuple[int, int, int]], *, across: int, tiff: bytes = b"", quarter_turns: int = 0
) -> bytes:
    """Blocks of 16×16 pixels of one colour (Y, Cb, Cr), at most eight, in rows of `across`; EXIF as TIFF; turned leftwards."""
    width, height = across * _SIDE, len(blocks) // across * _SIDE
    sets, coded = _parameter_sets(width, height), _slice(blocks)
    config = b"\x01\x03" + _n(0x70000000, 4) + _n(0x900000000000, 6) + b"\x1e"
    config += b"\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f" + bytes([len(sets)])
    for kind, one in zip((32, 33, 34), sets, strict=True):
        config += bytes([0x80 | kind]) + _n(1) + _n(len(one)) + one
    data = [_n(len(coded), 4) + coded]
    names = [b"hvc1"]
    if tiff:
        data.append(_n(0, 4) + tiff)
        names.append(b"Exif")
    infos = [_full(b"infe", 2, _n(number), _n(0), name, b"\0") for number, name in enumerate(names, 1)]
    properties = [_box(b"hvcC", config), _full(b"ispe", 0, _n(width, 4), _n(height, 4))]
    links = [0x81, 0x02]
    if quarter_turns:
        properties.append(_box(b"irot", bytes([quarter_turns])))
        links.append(0x83)
    ftyp = _box(b"ftyp", b"heic", _n(0, 4), b"mif1heic")

    def meta(start: int) -> bytes:
        places, at = b"", start
        for number, one in enumerate(data, 1):
            places += _n(number) + _n(0) + _n(1) + _n(at, 4) + _n(len(one), 4)
            at += len(one)
        return _full(
            b"meta",
            0,
            _full(b"hdlr", 0, _n(0, 4), b"pict", bytes(13)),
            _full(b"pitm", 0, _n(1)),
            _full(b"iloc", 0, b"\x44\x00", _n(len(data)), places),
            _full(b"iinf", 0, _n(len(infos)), *infos),
            *([_full(b"iref", 0, _box(b"cdsc", _n(2), _n(1), _n(1)))] if tiff else []),
            _box(
                b"iprp",
                _box(b"ipco", *properties),
                _full(b"ipma", 0, _n(1, 4), _n(1), bytes([len(links), *links])),
            ),
        )

    start = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(start) + _box(b"mdat", *data)
