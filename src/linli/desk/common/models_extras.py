"""More tables that every room stands on: the calendar, uploads, limits, search."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django_scopes import ScopedManager

__all__ = ["Bucket", "CalendarDay", "Kind", "SearchEntry", "Upload"]

_COMMUNITY = "places.Community"


class CalendarDay(models.Model):
    """A day that differs from the week: a holiday, or a weekend worked to make up for one."""

    community = models.ForeignKey(_COMMUNITY, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    working = models.BooleanField()
    name = models.CharField(max_length=100, blank=True)

    objects: models.Manager[CalendarDay] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "date"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="calendar_day_is_its_own", fields=["community", "date"]),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".rstrip()


class Kind(models.TextChoices):
    """What was uploaded."""

    PHOTO = "photo"
    VOICE = "voice"
    FILE = "file"


class Upload(models.Model):
    """A file somebody sent. Until it is claimed it belongs to nothing, and goes after a day.

    Once deleted the row stays, as a stub, so that the ledger's word of it still points at something.
    """

    community = models.ForeignKey(_COMMUNITY, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    # Of what was sent, so that the same sent again is known; gone when deleted.
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    media_type = models.CharField(max_length=50)
    created_at = models.DateTimeField()
    by = models.CharField(max_length=80)
    about = models.CharField(max_length=80, blank=True)
    deleted_at = models.DateTimeField(null=True)
    # When its files were seen to be gone: `deleted_at` is committed first.
    purged_at = models.DateTimeField(null=True)

    objects: models.Manager[Upload] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "pk"]
        indexes: ClassVar = [
            models.Index(name="uploads_by_thing", fields=["community", "about"]),
            models.Index(
                name="uploads_unclaimed",
                fields=["created_at"],
                condition=Q(about="", deleted_at__isnull=True),
            ),
            models.Index(
                name="uploads_to_purge",
                fields=["deleted_at"],
                condition=Q(deleted_at__isnull=False, purged_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="upload_key_is_its_own", fields=["community", "key"]),
            models.CheckConstraint(
                name="upload_kind_is_known", condition=Q(kind__in=[kind.value for kind in Kind])
            ),
            models.CheckConstraint(
                name="upload_goes_after_it_is_deleted",
                condition=Q(purged_at__isnull=True) | Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Bucket(models.Model):
    """How often somebody may still do something. Of no community: it counts before one is known."""

    key = models.CharField(max_length=64, unique=True)
    tokens = models.FloatField()
    # Seconds since 1970, so that both engines reckon with them alike; of when it is full again, and so tells nothing.
    at_s = models.FloatField()
    full_at_s = models.FloatField(db_index=True)

    def __str__(self) -> str:
        return self.key[:8]


class SearchEntry(models.Model):
    """What one thing can be found by (`search.py`)."""

    community = models.ForeignKey(_COMMUNITY, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    object_id = models.PositiveBigIntegerField()
    tokens = models.TextField()

    objects: models.Manager[SearchEntry] = ScopedManager(community="community")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="search_entry_is_its_own", fields=["community", "kind", "object_id"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
