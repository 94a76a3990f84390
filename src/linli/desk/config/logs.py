"""What the desk writes down of its own running, without anybody's words: no addresses, no codes, no names, no texts.

A request is told by the name of its route, never by its path, which may hold a code. An error is told by its kind and by where
in the program it was, never by its own words, which may quote what a resident wrote. Of what other programs log, only where
it was logged is kept, and the sentence without what was filled into it.
"""

from __future__ import annotations

import copy
import logging
import traceback
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

REQUESTS = "linli.requests"
_OURS = "linli"
# Of the request that this thread answers.
request_id: ContextVar[str] = ContextVar("linli_request_id", default="")


def configuration(form: str) -> dict[str, Any]:
    """Return Django's `LOGGING`: lines for people, or JSON for programs, on the error stream."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "linli.desk.config.logs.LineFormatter"},
            "json": {"()": "linli.desk.config.logs.JSONFormatter"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            REQUESTS: {"level": "INFO"},
            # Every request is told once, by us; Django tells again of those refused, by their path.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "CRITICAL"},
        },
    }


def _without_words(record: logging.LogRecord) -> logging.LogRecord:
    kept = copy.copy(record)
    if not (kept.name == _OURS or kept.name.startswith(f"{_OURS}.")):
        sentence = str(kept.msg) if kept.args else "said something"
        kept.msg, kept.args = f"{sentence} ({kept.module}, line {kept.lineno})", None
    if kept.exc_info and kept.exc_info[1] is not None:
        kept.exc_text = _trace(kept.exc_info[1])
    kept.exc_info = kept.stack_info = None
    kept.request_id = request_id.get()
    return kept


def _trace(error: BaseException) -> str:
    """Say what kinds of error led to it, each with the way to where it was raised."""
    told: list[str] = []
    one: BaseException | None = error
    while one is not None and len(told) < 5:
        way = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(one.__traceback__)
        ]
        told.append("\n  ".join([type(one).__name__, *way]))
        one = one.__cause__ or one.__context__
    return "\nafter ".join(told)


class LineFormatter(logging.Formatter):
    """A line for people."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """Write it without words."""
        kept = _without_words(record)
        if kept.name == REQUESTS:
            community = getattr(kept, "community", "-")
            told = vars(kept)
            kept.msg = f"{told['method']} {told['route']} {community} {told['status']} {told['ms']} ms {told['request_id']}"
        return super().format(kept)


class JSONFormatter(JsonFormatter):
    """A line of JSON for programs."""

    def __init__(self) -> None:
        super().__init__(
            "{levelname}{name}{message}",
            style="{",
            timestamp="at",
            rename_fields={"levelname": "level", "name": "logger"},
        )

    def format(self, record: logging.LogRecord) -> str:
        """Write it without words."""
        told: str = super().format(_without_words(record))
        return told
