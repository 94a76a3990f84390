from __future__ import annotations

import pytest
from django.test import RequestFactory

from linli.desk.api.bodies import UnmetRangeError, accepts_gzip, matches, part_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-99", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=100-", (100, 1000)),
        ("bytes=900-5000", (900, 1000)),
        ("bytes=-10", (990, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("", None),
        ("bytes=-", None),
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
    ],
)
def test_part_of_reads_the_range_header(header: str, part: tuple[int, int] | None) -> None:
    assert part_of(header, 1000) == part


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_part_of_beyond_the_file_is_not_met(header: str) -> None:
    with pytest.raises(UnmetRangeError):
        part_of(header, 1000)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("", False),
    ],
)
def test_accepts_gzip_where_it_is_named_and_not_refused(header: str, accepted: bool) -> None:
    assert accepts_gzip(RequestFactory().get("/", headers={"Accept-Encoding": header})) is accepted


@pytest.mark.parametrize(
    ("header", "same"),
    [('"a"', True), ('W/"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False)],
)
def test_matches_compares_weakly(header: str, same: bool) -> None:
    request = RequestFactory().get("/", headers={"If-None-Match": header} if header else {})
    assert matches(request, 'W/"a"') is same
