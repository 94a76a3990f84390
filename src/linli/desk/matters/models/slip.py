"""What a resident was told is received, before it is a matter: one row, on disk with the answer that says so."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django_scopes import ScopedManager

from linli.desk.common.fields import EncryptedJSONField


class Slip(models.Model):
    """A report that has been received and not yet been made a matter.

    Making a matter takes the community's lock, its ledger, an index and messages; so that a resident's word is safe
    before all that, and many can bring theirs at once, what they told is first put down whole. Whoever opens the code
    that they were given makes the matter; the sweep does where nobody comes.
    """

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    follow_digest = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    told = EncryptedJSONField()

    objects: models.Manager[Slip] = ScopedManager(community="community")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="slip_once_per_request", fields=["community", "key"]),
        ]

    def __str__(self) -> str:
        return f"slip:{self.pk}"

    @property
    def about(self) -> str:
        """What its photos belong to until there is a matter."""
        return f"slip:{self.key}"
