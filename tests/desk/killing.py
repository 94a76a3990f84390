"""A desk that is killed again and again while residents report to it, and the count of what came of it."""

from __future__ import annotations

import ast
import http.client
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.desk.common.gateway import Gateway
from tests.desk.serving import LINLI, Answer, Desk, code_in, environment, report

WRITERS = 5
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
        self._over = threading.Event()
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

    def give_up(self) -> None:
        self._enough.set()
        self._over.set()

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
        while not self._over.is_set():
            try:
                answer = self.send(key)
            except (OSError, http.client.HTTPException):
                pass  # not there, or killed before it had answered
            else:
                self.take(key, answer)
                return
            with self._guard:
                self._counted.retried += 1
            time.sleep(0.1)

    def take(self, key: str, answer: Answer) -> None:
        with self._guard:
            if answer.status != 302:
                told = " ".join(re.sub(r"<[^>]*>", " ", answer.body.decode(errors="replace")).split())
                self._counted.answered_otherwise.append(f"{key}: {answer.status} {told[:300]}")
                return
            code = code_in(answer)
            if self.codes.setdefault(key, code) != code:
                self._counted.answered_otherwise.append(f"{key}: another code")


class Process:
    """A command of the desk's that is started again whenever it was killed."""

    def __init__(self, desk: Desk, log: Path, said: str, *arguments: object, **more: str) -> None:
        self._desk, self._log, self._said, self._arguments, self._more = desk, log, said, arguments, more
        self._running: subprocess.Popen[str] | None = None

    def start(self) -> None:
        with self._log.open("w") as out:
            self._running = subprocess.Popen(
                [*LINLI, *map(str, self._arguments), "--data", str(self._desk.data)],
                env=environment(**self._desk.given, **self._more), stdout=out, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip

    def ready(self) -> None:
        deadline = time.monotonic() + 120
        while self._said not in self._log.read_text():
            assert self._running is not None
            assert self._running.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def stop(self) -> None:
        assert self._running is not None
        self._running.send_signal(signal.SIGTERM)
        assert self._running.wait(60) == 0, self._log.read_text()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def killed(desk: Desk, gateway: Gateway, *, kills: int, seed: int, said: bool = False) -> Counted:
    """Kill the server, the worker or both, at random moments under load, start them again, and count at last."""
    choose = random.Random(seed)
    counted = Counted()
    port = free_port()
    residents = Residents(f"http://127.0.0.1:{port}", counted)
    logs = Path(tempfile.mkdtemp(prefix="linli-kill-"))
    up = ("up", "--no-worker", "--port", port)
    server = Process(desk, logs / "up", _UP, *up, LINLI_TRUSTED_PROXY="127.0.0.1")
    worker = Process(desk, logs / "work", _AT_WORK, "work")
    both = {"server": server, "worker": worker}
    residents.start()
    try:
        for process in both.values():
            process.start()
        while counted.kills.total() < kills:
            for process in both.values():
                process.ready()
            time.sleep(choose.uniform(0.05, 1.2))
            victims = choose.choice([["server"], ["worker"], ["server", "worker"]])
            # Now and then also a moment after it was started, before it is ready.
            moments = ["at work", "starting"] if choose.random() < 0.15 else ["at work"]
            for moment in moments:
                for name in victims:
                    both[name].kill()
                    counted.kills[f"the {name} {moment}"] += 1
                for name in victims:
                    both[name].start()
                time.sleep(choose.uniform(0.1, 1.5) if moment != moments[-1] else 0)
            if said:
                print(f"  {counted.kills.total()} kills, {len(residents.codes):,} acknowledged", flush=True)
        for process in both.values():
            process.ready()
        residents.finish()
        for key in choose.sample(sorted(residents.codes), min(50, len(residents.codes))):
            residents.take(key, residents.send(key))
        for process in both.values():
            process.stop()
    finally:
        residents.give_up()
        for process in both.values():
            process.kill()
        shutil.rmtree(logs)
    _count(desk, gateway, residents, counted)
    return counted


def _count(desk: Desk, gateway: Gateway, residents: Residents, counted: Counted) -> None:
    # Tens of thousands of reports, one after the other, if two hundred kills kept the worker from most of its work.
    desk.run(DELIVER, patience_s=3600)
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
