"""Answers that browsers keep: tags that say whether they have changed, compression once, parts of files."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from linli import __version__
from linli.desk.api.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.http.response import HttpResponseBase

    from linli.desk.places.serving import Served

# Ask each time whether what is kept still holds: after an import everything may be another.
_CACHE = "public, no-cache"
_KEPT_AT_MOST = 400
_SMALL = 512  # bytes below which compression is not worth a header
_BLOCK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_guard = threading.Lock()


def answer(
    request: HttpRequest, served: Served, *, content_type: str, make: Callable[[], bytes]
) -> HttpResponseBase:
    """Answer with what `make` makes of the address; made once for a place, then kept, compressed where that helps."""
    address = request.get_full_path()
    # Weak: the compressed and the plain form share it.
    etag = f"W/{etag_of(served, address)}"
    if matches(request, etag):
        response = HttpResponse(status=304)
    else:
        body = served.bodies.get(address)
        if body is None:
            body = _packed(make())
            _keep(served, address, body)
        response = _body(request, body, content_type)
    response["ETag"] = etag
    response["Cache-Control"] = _CACHE
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _packed(plain: bytes) -> bytes:
    return gzip.compress(plain, 5, mtime=0)


def _keep(served: Served, address: str, body: bytes) -> None:
    with _guard:
        while len(served.bodies) >= _KEPT_AT_MOST:
            served.bodies.pop(next(iter(served.bodies)))
        served.bodies[address] = body


def _body(request: HttpRequest, packed: bytes, content_type: str) -> HttpResponse:
    if accepts_gzip(request) and len(packed) >= _SMALL:
        response = HttpResponse(packed, content_type=content_type)
        response["Content-Encoding"] = "gzip"
        return response
    return HttpResponse(gzip.decompress(packed), content_type=content_type)


def once(request: HttpRequest, plain: bytes, *, content_type: str) -> HttpResponse:
    """Answer that nobody keeps, compressed quickly."""
    if accepts_gzip(request) and len(plain) >= _SMALL:
        response = HttpResponse(gzip.compress(plain, 1, mtime=0), content_type=content_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(plain, content_type=content_type)
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether the client named gzip without refusing it."""
    for item in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, weight = item.strip().partition(";")
        if coding.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def etag_of(served: Served, address: str) -> str:
    """Tag an answer by the import it comes from, the code that made it and its address."""
    text = f"{__version__} {served.version} {address}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def matches(request: HttpRequest, etag: str) -> bool:
    """Whether the client has this answer already."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    weak = etag.removeprefix("W/")
    return "*" in known or any(one.removeprefix("W/") == weak for one in known)


def file_answer(request: HttpRequest, path: Path, *, etag: str, content_type: str) -> HttpResponseBase:
    """Answer with a file, or with the one part of it that the client asks for (RFC 9110, 14.2).

    Several parts at once, and what is no range of bytes, are answered with the whole file, as the RFC allows.
    """
    size = path.stat().st_size
    response: HttpResponseBase
    try:
        part = None
        if request.headers.get("If-Range", etag) == etag:
            part = part_of(request.headers.get("Range", ""), size)
        if matches(request, etag):
            response = HttpResponse(status=304)
        else:
            start, end = part or (0, size)
            response = StreamingHttpResponse(_blocks(path, start, end), content_type=content_type)
            response["Content-Length"] = str(end - start)
            if part:
                response.status_code = 206
                response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    except UnmetRangeError:
        response = problem(416, f"The file has {size} bytes; ask for a part of them.")
        response["Content-Range"] = f"bytes */{size}"
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = _CACHE
    return response


class UnmetRangeError(Exception):
    """A range that begins beyond the file."""


def part_of(wanted: str, size: int) -> tuple[int, int] | None:
    """Read a Range header: start and end (one beyond the last byte), or None where it asks for nothing we give in part.

    Raises
    ------
    UnmetRangeError
        No byte of the file is asked for.
    """
    found = _RANGE.match(wanted.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise UnmetRangeError
    return start, end


def _blocks(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (block := file.read(min(left, _BLOCK))):
            left -= len(block)
            yield block
