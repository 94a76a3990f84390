"""Communities, and the places read in for them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.validators import validate_slug
from django.db import models
from django.db.models import F, Q
from django_scopes import ScopedManager


def emergency_numbers_of_china() -> dict[str, str]:
    """Emergency numbers a community starts with; it may have others."""
    return {"police": "110", "fire": "119", "ambulance": "120", "traffic": "122"}


class Community(models.Model):  # type: ignore[django-manager-missing] # the scoped manager is made at run time
    """A committee's neighbourhood: what every other row belongs to."""

    slug = models.SlugField(max_length=50, unique=True, validators=[validate_slug])
    name_zh = models.CharField(max_length=100, blank=True)
    name_en = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    timezone = models.CharField(max_length=40, default="Asia/Shanghai")
    # ISO 3166: whose public holidays its calendar is first filled with.
    country = models.CharField(max_length=2, default="CN")
    # Whom to call first where a life is in danger: police, fire, ambulance, traffic → number.
    emergency_numbers = models.JSONField(default=emergency_numbers_of_china)
    # What residents ring for anything else; posted publicly.
    phone = models.CharField(max_length=30, blank=True)
    # Its people and matters are invented, for trying things out; every page says so.
    invented = models.BooleanField(default=False)

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

    WAITING = "waiting"
    RUNNING = "running"
    CURRENT = "current"
    REPLACED = "replaced"
    FAILED = "failed"
    STOPPED = "stopped"


# From → to, and why one may go there.
TRANSITIONS: dict[tuple[State, State], str] = {
    (State.WAITING, State.RUNNING): "the reader took it up",
    (State.WAITING, State.FAILED): "a file it needs is no longer there",
    (State.WAITING, State.STOPPED): "what it would build is in use already",
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
    by = models.CharField(max_length=60, blank=True)
    # Of one that a list or an undo asked for: `list` (facilities, homes), `name`, `lines`, or `undoes`; `before`, the import
    # an undo goes back to.
    about = models.JSONField(default=dict, blank=True)

    objects: models.Manager[PlaceImport] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="import_number_is_its_own", fields=["community", "number"]),
            models.UniqueConstraint(
                name="one_import_runs", fields=["community"], condition=Q(state=State.RUNNING)
            ),
            models.UniqueConstraint(
                name="one_import_waits", fields=["community"], condition=Q(state=State.WAITING)
            ),
            models.UniqueConstraint(
                name="one_import_is_current", fields=["community"], condition=Q(state=State.CURRENT)
            ),
            models.CheckConstraint(
                name="import_state_is_known", condition=Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(
                name="import_is_finished_unless_running",
                condition=Q(state__in=[State.WAITING, State.RUNNING], finished_at__isnull=True)
                | (
                    ~Q(state__in=[State.WAITING, State.RUNNING])
                    & Q(finished_at__isnull=False, finished_at__gte=F("started_at"))
                ),
            ),
            models.CheckConstraint(
                name="built_import_is_counted",
                condition=Q(state__in=[State.WAITING, State.RUNNING, State.FAILED, State.STOPPED])
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


class Grid(models.Model):  # type: ignore[django-manager-missing]
    """A part of a community that one worker looks after. Its number is what it is: a new drawing keeps the row.

    Rows are never deleted: matters and posts point at them. A grid that is no longer drawn is retired.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="grids")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=15, blank=True)
    name_zh = models.CharField(max_length=100, blank=True)
    name_en = models.CharField(max_length=100, blank=True)
    # GeoJSON Polygon or MultiPolygon, WGS-84; the box around it is what a point is looked up by.
    boundary = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    # The supervision telephone that is posted for everyone (监督电话).
    phone = models.CharField(max_length=40, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: models.Manager[Grid] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "number"]
        indexes: ClassVar = [
            models.Index(name="grid_by_box", fields=["community", "west", "south", "east", "north"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="grid_number_is_its_own", fields=["community", "number"]),
            models.UniqueConstraint(
                name="grid_code_is_its_own",
                fields=["community", "code"],
                condition=~Q(code="") & Q(retired_at__isnull=True),
            ),
            models.CheckConstraint(name="grid_number_counts_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="grid_box_is_a_box", condition=Q(west__lt=F("east"), south__lt=F("north"))
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en or f"{self.community_id}/{self.number}"


class GridSet(models.Model):
    """The grids of a community as they were drawn at one time, kept whole so that the last change can be undone."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="grid_sets")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    by = models.CharField(max_length=60)
    undone_at = models.DateTimeField(null=True, blank=True)
    # A GeoJSON FeatureCollection, WGS-84; properties number, code, name_zh, name_en, phone.
    geojson = models.JSONField()

    objects: models.Manager[GridSet] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="grid_set_number_is_its_own", fields=["community", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.community_id}/{self.number}"


class GridDraft(models.Model):
    """Grids as somebody is drawing them, before they count: at most one draft a community."""

    community = models.OneToOneField(Community, on_delete=models.PROTECT, related_name="grid_draft")
    # None between drafts.
    geojson = models.JSONField(null=True, blank=True)
    by = models.CharField(max_length=60)
    changed_at = models.DateTimeField()
    # Grows with every change: whoever changes an older one is told that somebody else was there.
    version = models.PositiveIntegerField(default=1)

    objects: models.Manager[GridDraft] = ScopedManager(community="community")

    def __str__(self) -> str:
        return f"{self.community_id}/{self.version}"


class SpotKind(models.TextChoices):
    """What a QR code is stuck to."""

    GRID = "grid"
    BUILDING = "building"
    LAMP = "lamp"
    OTHER = "other"


class Spot(models.Model):  # type: ignore[django-manager-missing]
    """A place with a QR code on it: whoever scans it need not say where they are."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="spots")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="spots")
    # Eight letters and digits that are not taken for each other; printed, so never given out again.
    code = models.CharField(max_length=8)
    kind = models.CharField(max_length=10, choices=SpotKind.choices, default=SpotKind.OTHER)
    name_zh = models.CharField(max_length=100, blank=True)
    name_en = models.CharField(max_length=100, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    # Which list it was made with, if any: a whole list can be taken back.
    list_number = models.PositiveIntegerField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: models.Manager[Spot] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="spot_code_is_its_own", fields=["community", "code"]),
            models.CheckConstraint(
                name="spot_kind_is_known", condition=Q(kind__in=[kind.value for kind in SpotKind])
            ),
            models.CheckConstraint(name="spot_has_a_name", condition=~(Q(name_zh="") & Q(name_en=""))),
            models.CheckConstraint(
                name="spot_is_on_earth", condition=Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90)
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en
