"""Projects that somebody thinks are needed, because the same thing keeps coming back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django_scopes import ScopedManager

from linli.desk.matters.models.matter import Matter


class Proposal(models.Model):
    """What is proposed, where, and the matters that speak for it; stays on record as it was written."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=100)
    text = models.TextField()
    place_words = models.CharField(max_length=200, blank=True)
    # About a hundred metres exact: no door is pointed at.
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    matters = models.ManyToManyField(Matter, related_name="proposals")
    by = models.CharField(max_length=40)
    by_name = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    objects: models.Manager[Proposal] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="proposal_number_is_its_own", fields=["community", "number"]),
            models.CheckConstraint(name="proposal_says_what", condition=~Q(title="") & ~Q(text="")),
            models.CheckConstraint(
                name="proposal_is_placed_by_both",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    @property
    def key(self) -> str:
        """How the ledger names it."""
        return f"proposal:{self.pk}"
