"""Telephone numbers and addresses as people write them, and as much of them as a list may show."""

from __future__ import annotations

import re
import unicodedata

from linli.desk.common.tokens import digest

_PHONE = re.compile(r"\+?\d{5,15}\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


def normal_phone(text: str) -> str:
    """Read a number: full width, spaces, hyphens and the 86 in front are nothing; empty if it is none."""
    typed = unicodedata.normalize("NFKC", text)
    number = re.sub(r"[\s\-().]", "", typed)
    for prefix in ("+86", "0086"):
        if number.startswith(prefix) and len(number) > len(prefix) + 6:
            number = number.removeprefix(prefix)
    return number if _PHONE.match(number) else ""


def normal_email(text: str) -> str:
    """Read an address; empty if it is none."""
    address = unicodedata.normalize("NFKC", text).strip().casefold()
    return address if _EMAIL.match(address) and len(address) <= 254 else ""


def phone_digest(text: str) -> str:
    """What a number is found by; empty for none."""
    number = normal_phone(text)
    return digest(number, "phone") if number else ""


def email_digest(text: str) -> str:
    """What an address is found by; empty for none."""
    address = normal_email(text)
    return digest(address, "email") if address else ""


def mask_name(name: str) -> str:
    """Show the first letter: 张**."""
    return f"{name[0]}**" if name else ""


def mask_phone(phone: str) -> str:
    """Show the first three and the last four: 138****5678; of a short number the last two."""
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return f"****{phone[-2:]}" if phone else ""


def mask_email(email: str) -> str:
    """Show the first letter and where it goes: z***@example.com."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}***{at}{domain}" if email else ""
