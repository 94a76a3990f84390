"""What the desk is told by its environment, read once, typed, refused in one line where it makes no sense."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from linli.desk.common.files import make_secret
from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# What was acknowledged is on disk (FULL: WAL alone would lose the last moments of a power cut); what was deleted is not.
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON; "
    "PRAGMA secure_delete=ON;"
)


@dataclass(frozen=True, slots=True)
class Environment:
    """Every setting an operator may give; docs/operators.md lists them.

    Attributes
    ----------
    data : folder of everything that must be kept: the database file, the secret key, the places.
    database_url : `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`; empty is `linli.sqlite3` in `data`.
    secret_key : empty is one generated once and kept in `data`.
    allowed_hosts : names the desk answers to.
    https : whether browsers come by HTTPS; then cookies go no other way.
    public_url : where residents reach the desk, without a path; messages and QR codes lead there.
    inner_networks : private networks (`10.1.0.0/16`) that webhooks may be sent into.
    log : `line` for people, `json` for programs.
    metrics_token : who gives it may see the figures; without one, this machine may.
    """

    data: Path
    database_url: str
    secret_key: str
    allowed_hosts: tuple[str, ...]
    https: bool
    public_url: str
    inner_networks: tuple[str, ...]
    log: str
    metrics_token: str

    @classmethod
    def read(cls, values: Mapping[str, str] | None = None) -> Environment:
        """Read `os.environ`, or what is given.

        Raises
        ------
        InputError
            A value is of the wrong form; the message names the variable.
        """
        given = os.environ if values is None else values
        hosts = tuple(
            host.strip() for host in given.get("LINLI_ALLOWED_HOSTS", "").split(",") if host.strip()
        )
        return cls(
            data=Path(given.get("LINLI_DATA") or "data").absolute(),
            database_url=given.get("LINLI_DATABASE_URL", ""),
            secret_key=given.get("LINLI_SECRET_KEY", ""),
            allowed_hosts=(*hosts, *_LOCAL_HOSTS),
            https=_yes_or_no(given, "LINLI_HTTPS"),
            public_url=_origin(given, "LINLI_PUBLIC_URL"),
            inner_networks=_networks(given, "LINLI_INNER_NETWORKS"),
            log=_one_of(given, "LINLI_LOG", ("line", "json")),
            metrics_token=given.get("LINLI_METRICS_TOKEN", ""),
        )


def _yes_or_no(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "").strip().lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise InputError(f"{name}: “{value}” is neither yes nor no; set it to 1 or 0")


def _one_of(given: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = given.get(name, "").strip().lower() or known[0]
    if value not in known:
        raise InputError(f"{name}: “{value}” is not known; set it to {' or '.join(known)}")
    return value


def _origin(given: Mapping[str, str], name: str) -> str:
    value = given.get(name, "").strip().rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or f"{parts.scheme}://{parts.netloc}" != value):
        raise InputError(
            f"{name}: “{value}” is no address of a desk; give one such as https://linli.example.org"
        )
    return value


def _networks(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(one.strip())) for one in given.get(name, "").split(",") if one.strip())
    except ValueError as error:
        raise InputError(f"{name}: {error}; give networks such as 10.1.0.0/16, divided by commas") from error


def database(environment: Environment) -> dict[str, Any]:
    """Describe the database as Django's `DATABASES` wants it.

    Raises
    ------
    InputError
        The URL is of no database that Linli runs on.
    """
    url = environment.database_url
    if not url:
        return _sqlite(environment.data / "linli.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return _sqlite(Path(unquote(parts.path[1:])).absolute())
    if parts.scheme in {"postgresql", "postgres"} and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    shown = f"{parts.scheme}://…" if parts.scheme else "no scheme"
    raise InputError(
        f"LINLI_DATABASE_URL: {shown} is no database Linli runs on; "
        "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
    )


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "linli.desk.common.sqlite",
        "NAME": path,
        # Opening one costs as much as a page's queries.
        "CONN_MAX_AGE": 600,
        # A write lock is taken where a transaction begins, not in its middle, so that two writers queue and never fail.
        "OPTIONS": {"init_command": _SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 20},
    }


def secret_key(environment: Environment) -> str:
    """Return the key given, or the one in the data folder, made there at the first start and readable by its owner only."""
    if environment.secret_key:
        return environment.secret_key
    path = environment.data / "secret.key"
    try:
        if not path.exists():
            make_secret(path, secrets.token_urlsafe(50))
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be kept ({error.strerror}); make the data folder writable, or set LINLI_SECRET_KEY"
        ) from error
    if len(key) < 40:
        raise InputError(f"{path}: not a key; remove the file, and a new one is made at the next start")
    return key
