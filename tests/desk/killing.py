"""A desk that is killed again and again while residents report to it, and the count of what came of it."""

from __future__ import annotations

import ast
import http.client
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.desk.common.gateway import Gateway
from tests.desk.serving import Answer, Desk, code_in, report
from tests.desk.test_up import LINLI, environment

WRITERS = 6
_UP, _AT_WORK = "Linli is up at", "Linli is at work"
# Longer than a claim on a message and than every wait between attempts.
DELIVER = """
import datetime as dt, django, sys
django.setup()
from linli.desk.common import clock, outbox
from linli.desk.matters import sweeps
now = clock.now
for hours in range(0, 72, 2):
    clock.now = lambda: now() + dt.timedelta(hours=hours)
    while sweeps.settle():
        pass
    while outbox.deliver_due(limit=500):
        pass
"""
COUNTED = """{
    "words": list(Matter.objects.values_list("words", flat=True)),
    "messages": [(str(key), str(state)) for key, state in Message.objects.exclude(channel="none").values_list("key", "state")],
    "told": Message.objects.filter(channel="sms").values("about").distinct().count(),
    "slips": Slip.objects.count(),
}"""


@dataclass
class Counted:
    """What residents were promised, and what is there; the lists of faults are empty where all is well."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    retried: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    answered_otherwise: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    messages: int = 0
    sent_twice: int = 0
    ledger: str = ""

    @property
    def faults(self) -> dict[str, list[str]]:
        named = ("lost", "doubled", "invented", "answered_otherwise", "undelivered")
        return {name: found[:5] for name in named if (found := getattr(self, name))}

    def __str__(self) -> str:
        return (
            f"{self.kills.total()} kills ({', '.join(f'{count} of {what}' for what, count in sorted(self.kills.items()))}), "
            f"{self.acknowledged:,} acknowledged, {self.retried:,} sent again, {self.messages:,} messages, "
            f"{self.sent_twice:,} of them delivered more than once"
        )


class Residents:
    """Each reports one thing after another; what was not acknowledged is sent again, with its key, until it is."""

    def __init__(self, url: str, counted: Counted) -> None:
        self.url = url
        self.codes: dict[str, str] = {}
        self._counted = counted
        self._guard = threading.Lock()
        self._enough = threading.Event()
        self._threads = [
            threading.Thread(target=self._report_on, args=(number,), daemon=True) for number in range(WRITERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Have everybody's last report acknowledged."""
        self._enough.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a report was not acknowledged in a minute"

    def send(self, key: str) -> Answer:
        number = int(key[:8], 16)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return report(self.url, key, words=f"lamp {key}", phone=f"138{number % 10**8:08d}", address=address)

    def _report_on(self, number: int) -> None:
        choose = random.Random(number)
        while not self._enough.is_set():
            key = str(uuid.UUID(int=choose.getrandbits(128), version=4))
            self._until_acknowledged(key)
            if choose.random() < 0.2:
                self._until_acknowledged(key)

    def _until_acknowledged(self, key: str) -> None:
        while True:
            try:
                answer = self.send(key)
            except (OSError, http.client.HTTPException):
                pass  # not there, or killed before it had answered
            else:
                return self._take(key, answer)
            with self._guard:
                self._counted.retried += 1
            time.sleep(0.1)

    def _take(self, key: str, answer: Answer) -> None:
        with self._guard:
            if answer.status != 302:
                told = " ".join(re.sub(r"<[^>]*>", " ", answer.body.decode(errors="replace")).split())
                self._counted.answered_otherwise.append(f"{key}: {answer.status} {told[:300]}")
                return
            code = code_in(answer)
            if self.codes.setdefault(key, code) != code:
                self._counted.answered_otherwise.append(f"{key}: another code")


@contextmanager
def _process(desk: Desk, log: Path, *arguments: object, **more: str) -> Iterator[subprocess.Popen[str]]:
    with log.open("w") as out:
        process = subprocess.Popen(
            [*LINLI, *map(str, arguments), "--data", str(desk.data)],
            env=environment(**desk.given, **more), stdout=out, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _ready(log: Path, text: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 90
    while text not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def killed(desk: Desk, gateway: Gateway, *, kills: int, seed: int, said: bool = False) -> Counted:
    """Kill the server, the worker or both, at random moments under load, start again, and count at last."""
    choose = random.Random(seed)
    counted = Counted()
    port = free_port()
    residents = Residents(f"http://127.0.0.1:{port}", counted)
    logs = Path(tempfile.mkdtemp(prefix="linli-kill-"))
    up = ("up", "--no-worker", "--port", port)
    residents.start()
    try:
        while counted.kills.total() < kills:
            victims = choose.choice(["server", "worker", "server and worker"])
            early = choose.random() < 0.1
            with (
                _process(desk, logs / "up", *up, LINLI_TRUSTED_PROXY="127.0.0.1") as server,
                _process(desk, logs / "work", "work") as worker,
            ):
                if early:
                    time.sleep(choose.uniform(0.1, 1.5))
                    victims += ", starting"
                else:
                    _ready(logs / "up", _UP, server)
                    _ready(logs / "work", _AT_WORK, worker)
                # What lives on is killed a little later, at another random moment.
                for process in {"server": (server, worker), "worker": (worker, server)}.get(
                    victims, (server, worker)
                ):
                    time.sleep(choose.uniform(0, 1.2) if "and" not in victims or process is server else 0)
                    process.kill()
                counted.kills[victims] += 1
            if said and counted.kills.total() % 10 == 0:
                print(f"  {counted.kills.total()} kills, {len(residents.codes):,} acknowledged", flush=True)
        with _process(desk, logs / "up", *up, LINLI_TRUSTED_PROXY="127.0.0.1") as server:
            _ready(logs / "up", _UP, server)
            residents.finish()
            for key in choose.sample(sorted(residents.codes), min(50, len(residents.codes))):
                residents._take(key, residents.send(key))
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 0, (logs / "up").read_text()
    finally:
        residents._enough.set()
    _count(desk, gateway, residents, counted)
    return counted


def _count(desk: Desk, gateway: Gateway, residents: Residents, counted: Counted) -> None:
    desk.run(DELIVER)
    found = ast.literal_eval(desk.ask(" ".join(COUNTED.split())))
    matters = Counter(found["words"])
    promised = {f"lamp {key}" for key in residents.codes}
    counted.acknowledged = len(promised)
    counted.lost = sorted(promised - matters.keys())
    counted.invented = sorted(matters.keys() - promised)
    counted.doubled = sorted(words for words, count in matters.items() if count > 1)
    taken = Counter(path.rsplit("/", 1)[-1] for path, _ in gateway.taken)
    counted.messages = len(found["messages"])
    counted.sent_twice = sum(count > 1 for count in taken.values())
    counted.undelivered = [
        f"{key}: {state}, taken {taken[key]} times"
        for key, state in found["messages"]
        if state != "delivered" or not taken[key]
    ]
    counted.undelivered += ["a resident was not told"] * (len(promised) - found["told"])
    verified = desk.linli("ledger", "verify")
    counted.ledger = verified.stdout.strip()
    if verified.returncode:
        counted.lost.append(verified.stdout)
