"""Addresses of gateways as Apprise writes them, made from what their own pages call things, and told without what is secret."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from linli.desk.common.models import Channel

_MODES = {"ssl": "mailtos", "starttls": "mailtos", "insecure": "mailto"}
#: Robots of group chats: what their address begins with.
_ROBOTS = {Channel.WECOM: "wecombot", Channel.DINGTALK: "dingtalk", Channel.FEISHU: "feishu"}


@dataclass(frozen=True)
class Mailer:
    """A mail server and the box that mail is sent from."""

    server: str
    port: int
    security: str
    user: str
    password: str
    sender: str


def of_mailer(mailer: Mailer) -> str:
    """Write the address of a mail server."""
    asked = f"from={quote(mailer.sender, safe='')}&mode={mailer.security}&to={{to}}"
    login = f"{quote(mailer.user, safe='')}:{quote(mailer.password, safe='')}@" if mailer.user else ""
    return f"{_MODES[mailer.security]}://{login}{mailer.server}:{mailer.port}/?{asked}"


def mailer_of(url: str) -> Mailer | None:
    """Read the address of a mail server back; None for any other."""
    parts = urlsplit(url)
    if parts.scheme not in {"mailto", "mailtos"} or not parts.hostname:
        return None
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Mailer(
        server=parts.hostname,
        port=parts.port or 25,
        security=asked.get("mode", "insecure"),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=asked.get("from", ""),
    )


def of_robot(channel: str, *, token: str, secret: str = "") -> str:
    """Write the address of a group's robot. Whoever copies the whole web address out of the group need not cut it up."""
    scheme = _ROBOTS[Channel(channel)]
    key = _token_in(token.strip())
    signed = f"{quote(secret.strip(), safe='')}@" if secret.strip() else ""
    return f"{scheme}://{signed}{quote(key, safe='')}/"


def _token_in(text: str) -> str:
    parts = urlsplit(text)
    if not parts.scheme:
        return text
    asked = parse_qs(parts.query)
    for name in ("key", "access_token"):
        if name in asked:
            return asked[name][0]
    return parts.path.rstrip("/").rpartition("/")[2]


def told(url: str) -> str:
    """Say by what a channel goes out without anything secret; "" where the address holds nothing else."""
    mailer = mailer_of(url)
    if mailer is not None:
        return f"{mailer.sender} · {mailer.server}"
    parts = urlsplit(url)
    if parts.scheme in _ROBOTS.values():
        return ""
    return f"{parts.scheme}://{parts.hostname or ''}"
