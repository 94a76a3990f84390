"""Codes that people read aloud, and digests by which a secret is found again without being kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

# Crockford's base 32: digits and letters without I, L, O, U. 10 characters are 50 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
_READ_AS = str.maketrans("ILOU", "110V")
_NARROW = str.maketrans({chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)})


def follow_code() -> str:
    """Make the code by which a resident follows a matter, such as "7KQ2-M4XN-9P"."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))


def follow_code_of(request: str) -> str:
    """Make the code of a request: the same for the same request, and for nobody to tell who has not the desk's key."""
    number = int(digest(request, "follow code"), 16)
    return grouped("".join(ALPHABET[number >> (5 * at) & 31] for at in range(CODE_LENGTH)))


def grouped(code: str) -> str:
    """Write a code in fours, as it is read aloud."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def normalise_code(text: str) -> str:
    """Read a code as somebody typed it: any case, spaces or dashes, full width, look-alikes; in fours again.

    What holds a character that is in no code, or is of another length, comes back empty.
    """
    typed = text.translate(_NARROW).upper().translate(_READ_AS)
    code = "".join(character for character in typed if character.isalnum())
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return ""
    return grouped(code)


def digest(text: str, purpose: str) -> str:
    """Digest a secret (a code, a telephone number) for looking it up; 64 hexadecimal digits, another for each purpose.

    Keyed by the desk's secret key: whoever has the database alone cannot try all numbers.
    """
    key = hashlib.sha256(f"linli.digest:{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def api_secret() -> str:
    """Make a secret for a machine: 256 bits."""
    return secrets.token_urlsafe(32)
