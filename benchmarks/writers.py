"""Many writers at once against a server on this machine, each with a connection of its own; bounded in number."""

from __future__ import annotations

import http.client
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

TOKEN = "b" * 32
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "X-CSRFToken": TOKEN,
    "Cookie": f"csrftoken={TOKEN}",
    "Connection": "keep-alive",
}


def _somebody() -> str:
    """An address of its own for each report: no two residents share a bucket."""
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"


@dataclass
class Load:
    """What came back: seconds of each answer, the keys that were acknowledged, what was answered otherwise."""

    took_s: float
    answers_s: list[float]
    acknowledged: list[str]
    refused: list[str]

    @property
    def rate(self) -> float:
        return len(self.acknowledged) / self.took_s

    def at(self, share: float) -> float:
        return sorted(self.answers_s)[min(len(self.answers_s) - 1, int(share * len(self.answers_s)))]


def load(
    base: str,
    path: str,
    fields: Callable[[str], dict[str, str]],
    *,
    writers: int,
    each: int,
    accepted: tuple[int, ...],
) -> Load:
    """Each of `writers` threads posts `each` forms, one after another, as fast as it is answered."""
    host = urlsplit(base).netloc
    result = Load(0, [], [], [])
    guard = threading.Lock()
    begin = threading.Barrier(writers + 1)

    def write() -> None:
        connection = http.client.HTTPConnection(host, timeout=120)
        headers = {**HEADERS, "Origin": base, "Host": host}
        connection.connect()
        begin.wait()
        for _ in range(each):
            key = str(uuid.uuid4())
            headers["X-Forwarded-For"] = _somebody()
            body = urlencode(fields(key))
            started = time.perf_counter()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            seconds = time.perf_counter() - started
            with guard:
                result.answers_s.append(seconds)
                if answer.status in accepted:
                    result.acknowledged.append(key)
                else:
                    result.refused.append(f"{answer.status} {answer.headers.get('Location', '')}")

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    result.took_s = time.perf_counter() - started
    return result
