"""Communities, and the places read in for them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.validators import validate_slug
from django.db import models
from django.db.models import F, Q
from django_scopes import ScopedManager


class Community(models.Model):  # type: ignore[django-manager-missing] # the scoped manager is made at run time
    """A committee's neighbourhood: what every other row belongs to."""

    slug = models.SlugField(max_length=50, unique=True, validators=[validate_slug])
    name_zh = models.CharField(max_length=100, blank=True)
    name_en = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["slug"]
        constraints: ClassVar = [
            models.CheckConstraint(name="community_has_a_slug", condition=~Q(slug="")),
            models.CheckConstraint(name="community_has_a_name", condition=~(Q(name_zh="") & Q(name_en=""))),
        ]

    def __str__(self) -> str:
        return self.name_en or self.name_zh

    @property
    def folder(self) -> Path:
        """Where its places are kept."""
        return Path(settings.DATA) / "communities" / self.slug


class State(models.TextChoices):
    """Where an import stands."""

    RUNNING = "running"
    CURRENT = "current"
    REPLACED = "replaced"
    FAILED = "failed"
    STOPPED = "stopped"


# From → to, and why one may go there.
TRANSITIONS: dict[tuple[State, State], str] = {
    (State.RUNNING, State.CURRENT): "the place is built, its tiles are made, everything is on disk",
    (State.RUNNING, State.FAILED): "an input cannot be used, or a fault; `problem` says what",
    (
        State.RUNNING,
        State.STOPPED,
    ): "a person stopped it, or its process is gone; the next start takes it up again",
    (State.CURRENT, State.REPLACED): "a later import of the community became current in the same transaction",
}


class PlaceImport(models.Model):
    """One reading of a map file for a community; at most one runs, at most one is current."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="imports")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    # What `engine.streets.place.Inputs` takes, paths as texts: an import that was cut off is taken up again from it.
    inputs = models.JSONField()
    fingerprint = models.CharField(max_length=64, blank=True)
    attribution = models.TextField(blank=True)
    data_at = models.DateTimeField(null=True)
    home_count = models.PositiveIntegerField(null=True)
    facility_count = models.PositiveIntegerField(null=True)
    residents = models.FloatField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    objects: models.Manager[PlaceImport] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="import_number_is_its_own", fields=["community", "number"]),
            models.UniqueConstraint(
                name="one_import_runs", fields=["community"], condition=Q(state=State.RUNNING)
            ),
            models.UniqueConstraint(
                name="one_import_is_current", fields=["community"], condition=Q(state=State.CURRENT)
            ),
            models.CheckConstraint(
                name="import_state_is_known", condition=Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(
                name="import_is_finished_unless_running",
                condition=Q(state=State.RUNNING, finished_at__isnull=True)
                | (~Q(state=State.RUNNING) & Q(finished_at__isnull=False, finished_at__gte=F("started_at"))),
            ),
            models.CheckConstraint(
                name="built_import_is_counted",
                condition=Q(state__in=[State.RUNNING, State.FAILED, State.STOPPED])
                | (
                    ~Q(fingerprint="")
                    & Q(home_count__isnull=False, facility_count__isnull=False)
                    & Q(residents__isnull=False, residents__gte=0)
                ),
            ),
            models.CheckConstraint(
                name="failed_import_says_why", condition=~Q(state=State.FAILED) | ~Q(problem="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community_id}/{self.number} ({self.state})"

    @property
    def folder(self) -> Path:
        """Where `place.linli` and `tiles.pmtiles` of this import lie, once it is built."""
        return self.community.folder / str(self.number)

    @property
    def place_file(self) -> Path:
        """The place: network, homes, facilities."""
        return self.folder / "place.linli"

    @property
    def tiles_file(self) -> Path:
        """The map's tiles."""
        return self.folder / "tiles.pmtiles"
