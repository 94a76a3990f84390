from __future__ import annotations

import pytest
from django.db import transaction
from django.test import RequestFactory, override_settings

from linli.desk.common import limits
from linli.desk.common.limits import LimitedError
from linli.desk.common.models import Bucket
from tests.desk.clock import frozen

pytestmark = pytest.mark.django_db
TEN_A_MINUTE = {"capacity": 10, "refill_per_s": 1 / 6}


def taken(key: str = "report:192.0.2.1", **given: float) -> bool:
    try:
        limits.take(key=key, **{**TEN_A_MINUTE, **given})
    except LimitedError:
        return False
    return True


def test_bucket_gives_what_it_holds_and_fills_again() -> None:
    with frozen() as time:
        assert [taken() for _ in range(12)] == [True] * 10 + [False] * 2
        time.move(seconds=5)
        assert not taken()
        time.move(seconds=1)
        assert [taken(), taken()] == [True, False]
        time.move(hours=1)
        assert [taken() for _ in range(11)] == [True] * 10 + [False]


def test_bucket_says_when_to_come_again() -> None:
    with frozen():
        limits.take(key="a", cost=10, **TEN_A_MINUTE)
        with pytest.raises(LimitedError) as caught:
            limits.take(key="a", cost=2, **TEN_A_MINUTE)
    assert caught.value.retry_after_s == 12


def test_buckets_are_counted_each_for_itself() -> None:
    with frozen():
        assert taken("a", cost=10)
        assert not taken("a")
        assert taken("b")


def test_refusal_takes_nothing() -> None:
    with frozen() as time:
        assert taken(cost=8)
        assert not taken(cost=5)
        assert taken(cost=2)
        time.move(seconds=-60)
        assert not taken(), "a clock set back gives nothing"


def test_taking_stays_taken_though_the_work_fails() -> None:
    with frozen():
        assert taken(cost=10)
        with pytest.raises(RuntimeError), transaction.atomic():
            raise RuntimeError
        assert not taken()


def test_only_a_digest_of_whom_is_kept_and_only_while_it_counts() -> None:
    with frozen() as time:
        taken("report:192.0.2.1", cost=10)
        assert "192.0.2" not in str(list(Bucket.objects.values()))
        time.move(seconds=59)
        assert limits.forget_full() == 0
        time.move(seconds=2)
        assert limits.forget_full() == 1


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "address"),
    [
        ("192.0.2.1", "", (), "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", (), "192.0.2.1"),
        ("127.0.0.1", "198.51.100.7", ("127.0.0.1",), "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", ("127.0.0.1",), "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.1", ("127.0.0.1", "10.0.0.1"), "198.51.100.7"),
        ("127.0.0.1", "", ("127.0.0.1",), "127.0.0.1"),
        ("127.0.0.1", "who knows", ("127.0.0.1",), "unknown"),
        ("2001:db8:1:2:aaaa::1", "", (), "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "", (), "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", (), "192.0.2.1"),
        ("", "", (), "unknown"),
    ],
)
def test_client_is_who_a_trusted_proxy_says(
    rf: RequestFactory, remote: str, forwarded: str, trusted: tuple[str, ...], address: str
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = rf.get("/", REMOTE_ADDR=remote, headers=headers)
    with override_settings(TRUSTED_PROXIES=trusted):
        assert limits.client_address(request) == address
