"""For what personal data are kept: the registry in `purposes.toml`, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from linli.desk.common.language import in_chinese, of_two

BASES = {
    "statutory_duty": _("a duty of the committee by law"),
    "consent": _("your consent, which you can withdraw at any time"),
    "separate_consent": _("your separate consent to just this, which you can withdraw at any time"),
}


@dataclass(frozen=True)
class Purpose:
    """One purpose, with what a resident must be told of it (PIPL Art. 17)."""

    key: str
    version: str
    zh: str
    en: str
    basis: str
    kinds_zh: list[str]
    kinds_en: list[str]
    retention_days: int
    retention_own: bool
    recipients_zh: list[str]
    recipients_en: list[str]
    sensitive: bool
    evidence: str

    @property
    def needs_consent(self) -> bool:
        """Whether it stands or falls with a yes."""
        return self.basis in {"consent", "separate_consent"}

    @property
    def name(self) -> str:
        """In the reader's language."""
        return of_two(self.zh, self.en)

    @property
    def kinds(self) -> str:
        """What is kept, in the reader's language."""
        return "、".join(self.kinds_zh) if in_chinese() else ", ".join(self.kinds_en)

    @property
    def recipients(self) -> str:
        """Who gets it, in the reader's language."""
        return "、".join(self.recipients_zh) if in_chinese() else ", ".join(self.recipients_en)

    @property
    def basis_words(self) -> str:
        """On what ground, in the reader's language."""
        return str(BASES[self.basis])


@cache
def purposes() -> dict[str, Purpose]:
    """Every purpose by its key, in the order of the file."""
    text = Path(__file__).with_name("purposes.toml").read_text(encoding="utf-8")
    return {key: Purpose(key=key, **row) for key, row in tomllib.loads(text).items()}
