"""Columns whose content is encrypted: whoever reads only the database learns nothing from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models

from linli.desk.common import keys

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """Text, stored as `k1:token`. It cannot be searched: keep a digest beside it. Empty stays empty."""

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Encrypt."""
        if value is None or hasattr(value, "as_sql"):
            return super().get_db_prep_save(value, connection)
        text = self.to_text(value)
        return keys.ring().encrypt(text) if text else ""

    def from_db_value(
        self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> Any:
        """Decrypt."""
        return value if value is None else self.of_text(keys.ring().decrypt(value) if value else "")

    def get_prep_value(self, value: Any) -> Any:
        """Refuse to look for what is encrypted, which would find nothing; only saving comes around this."""
        if value:
            raise FieldError(f"{self.name} is encrypted and cannot be searched; search the digest beside it")
        return super().get_prep_value(value)

    def to_text(self, value: Any) -> str:
        """Return what is encrypted for a value."""
        return str(value)

    def of_text(self, text: str) -> Any:
        """Return the value again."""
        return text


class EncryptedJSONField(EncryptedTextField):
    """Anything that JSON can say, encrypted."""

    def to_text(self, value: Any) -> str:
        """Return it as JSON."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def of_text(self, text: str) -> Any:
        """Read the JSON."""
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        """Take it as it is: it was read from JSON."""
        return value
