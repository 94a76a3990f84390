"""Matters: what they are about, their steps, who follows them, who was told that they are late."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from linli.desk.common.fields import EncryptedTextField
from linli.desk.common.language import name_in
from linli.desk.matters.lifecycle import OPEN, Outcome, State, Verb

_OPEN_STATES = sorted(state.value for state in OPEN)


class Category(models.Model):  # type: ignore[django-manager-missing]
    """What a matter is about; a community's own copy of `categories.toml`, to be changed as it likes."""

    class Unit(models.TextChoices):
        """How days to a solution are counted."""

        WORKING = "working", _("working days")
        CLOCK = "clock", _("days")

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="categories")
    key = models.SlugField(max_length=40)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    group = models.SlugField(max_length=40)
    sort = models.PositiveIntegerField(default=0)
    # [{key, zh, en, type: text|number|date|choice|many, required, choices: [{key, zh, en}]}]
    questions = models.JSONField(default=list, blank=True)
    # Whose number is told first: "", police, fire, ambulance, traffic.
    emergency = models.CharField(max_length=10, blank=True)
    # Seen by desk, director and whoever it is handed to; nothing about it happens by itself.
    sensitive = models.BooleanField(default=False)
    public = models.BooleanField(default=False)
    respond_hours = models.PositiveIntegerField(null=True)
    solve_days = models.PositiveIntegerField(default=5)
    solve_unit = models.CharField(max_length=10, choices=Unit.choices, default=Unit.WORKING)
    # False: the committee can only assist; a department has to lead.
    may_lead = models.BooleanField(default=True)
    # Where the deadlines come from, and whether somebody has confirmed them for this place.
    evidence = models.JSONField(default=list, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: models.Manager[Category] = ScopedManager(community="community")

    class Meta:
        verbose_name_plural = "categories"
        ordering: ClassVar = ["sort", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="category_key_is_its_own", fields=["community", "key"]),
            models.CheckConstraint(
                name="category_has_a_name", condition=~(Q(name_zh="") & Q(name_en="")) & ~Q(key="")
            ),
            models.CheckConstraint(
                name="sensitive_category_is_not_public", condition=Q(sensitive=False) | Q(public=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return name_in(self)


class Source(models.TextChoices):
    """By which way it came."""

    PAGE = "page", _("web page")
    QR = "qr", _("QR code")
    DESK = "desk", _("desk, by telephone or at the counter")
    WORKER = "worker", _("found by a worker")
    OPEN311 = "open311", "Open311"
    EMAIL = "email", _("e-mail")
    API = "api", "API"
    CSV = "csv", _("list")


class Matter(models.Model):  # type: ignore[django-manager-missing]
    """One thing that somebody says is wrong, or asks, or wishes."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="matters")
    number = models.PositiveIntegerField()
    # Public: "26-00123". What opens the resident's own view is the follow code, never this.
    code = models.CharField(max_length=12)
    follow_code = EncryptedTextField()
    follow_digest = models.CharField(max_length=64)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="matters")
    answers = models.JSONField(default=dict, blank=True)
    words = models.TextField(blank=True)
    place_words = models.CharField(max_length=200, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    grid = models.ForeignKey("places.Grid", on_delete=models.PROTECT, related_name="matters", null=True)
    spot = models.ForeignKey("places.Spot", on_delete=models.PROTECT, related_name="matters", null=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.PAGE)
    language = models.CharField(max_length=10, default="zh-hans")
    reporter = models.ForeignKey(
        "people.Resident", on_delete=models.PROTECT, related_name="matters", null=True
    )
    # Who entered it for somebody else: "account:3".
    on_behalf_by = models.CharField(max_length=40, blank=True)
    confidential = models.BooleanField(default=False)
    # On the public map and list: category, place and state. Words and photos only as a person has let them through.
    public = models.BooleanField(default=False)
    public_words = models.TextField(blank=True)
    public_photos = models.JSONField(default=list, blank=True)

    state = models.CharField(max_length=12, choices=State.choices, default=State.SUBMITTED)
    before_waiting = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    worker = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="matters", null=True)
    deputy = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    # Why it came to this worker: "rule:5", "grid", "person"; and whether it may be handed back.
    routed_by = models.CharField(max_length=20, blank=True)
    decided = models.BooleanField(default=False)
    # The department that leads once it has been whistled for.
    lead = models.CharField(max_length=100, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="merged", null=True)
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="parts", null=True)

    received_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    respond_due_at = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    solve_due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    extended_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    # What the sweeps look for. Null: nothing to come.
    warn_at = models.DateTimeField(null=True)
    next_rung_at = models.DateTimeField(null=True)
    nudge_at = models.DateTimeField(null=True)
    nudges = models.PositiveSmallIntegerField(default=0)
    rung = models.PositiveSmallIntegerField(default=0)
    overdue_at = models.DateTimeField(null=True)

    # The last call-back; every round is kept in `Callback`.
    solved = models.BooleanField(null=True)
    satisfied = models.BooleanField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)

    step_count = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    anonymised_at = models.DateTimeField(null=True)

    objects: models.Manager[Matter] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="matter_number_is_its_own", fields=["community", "number"]),
            models.UniqueConstraint(name="matter_code_is_its_own", fields=["community", "code"]),
            models.UniqueConstraint(name="follow_code_is_its_own", fields=["follow_digest"]),
            models.CheckConstraint(
                name="matter_state_is_known", condition=Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(
                name="closed_matter_says_how_it_ended",
                condition=Q(state=State.CLOSED, closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state=State.CLOSED) & Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="waiting_matter_has_its_clock_stopped",
                condition=Q(state=State.WAITING, paused_at__isnull=False) & ~Q(before_waiting="")
                | ~Q(state=State.WAITING) & Q(paused_at__isnull=True, before_waiting=""),
            ),
            models.CheckConstraint(
                name="handed_over_matter_has_somebody",
                condition=~Q(state__in=[State.DISPATCHED, State.IN_PROGRESS]) | Q(worker__isnull=False),
            ),
            models.CheckConstraint(
                name="matter_is_placed_by_both",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
            ),
            models.CheckConstraint(
                name="rating_is_1_to_5", condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5)
            ),
            models.CheckConstraint(
                name="confidential_matter_is_not_public", condition=Q(confidential=False) | Q(public=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="matters_by_state", fields=["community", "state", "solve_due_at"]),
            models.Index(name="matters_by_grid", fields=["community", "grid", "state"]),
            models.Index(name="matters_by_worker", fields=["worker", "state"]),
            models.Index(name="matters_by_reporter", fields=["reporter"]),
            models.Index(name="matters_by_category", fields=["community", "category", "received_at"]),
            models.Index(name="matters_received", fields=["community", "received_at"]),
            models.Index(
                name="matters_closed", fields=["community", "closed_at"], condition=Q(closed_at__isnull=False)
            ),
            models.Index(name="matters_by_place", fields=["community", "lat", "lon"]),
            models.Index(
                name="matters_open_by_due",
                fields=["community", "solve_due_at"],
                condition=Q(state__in=_OPEN_STATES),
            ),
            models.Index(name="matters_to_warn", fields=["warn_at"], condition=Q(warn_at__isnull=False)),
            models.Index(
                name="matters_to_climb", fields=["next_rung_at"], condition=Q(next_rung_at__isnull=False)
            ),
            models.Index(name="matters_to_nudge", fields=["nudge_at"], condition=Q(nudge_at__isnull=False)),
            models.Index(
                name="matters_to_forget",
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False, anonymised_at__isnull=True),
            ),
            models.Index(
                name="refused_matters_to_forget",
                fields=["updated_at"],
                condition=Q(state=State.REFUSED, anonymised_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def key(self) -> str:
        """How the ledger names it."""
        return f"matter:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody has to act."""
        return self.state in OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether its deadline has passed while it is open (said by the sweep, so that all pages say the same)."""
        return self.overdue_at is not None and self.is_open


class Audience(models.TextChoices):
    """Who may read what was said in a step."""

    PUBLIC = "public"
    REPORTER = "reporter"
    INTERNAL = "internal"


class Step(models.Model):
    """One thing that happened to a matter. Two texts: what residents are told, and what stays inside."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=14, choices=Verb.choices)
    by = models.CharField(max_length=40)
    by_name = models.CharField(max_length=100, blank=True)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, choices=State.choices)
    # Who sees that it happened at all, and `public_text` with it.
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    public_text = models.TextField(blank=True)
    internal_text = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)

    objects: models.Manager[Step] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["matter", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="step_number_is_its_own", fields=["matter", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}/{self.number} {self.verb}"

    @property
    def key(self) -> str:
        """What uploads say they are of."""
        return f"step:{self.pk}"

    @property
    def title(self) -> str:
        """What happened, in the reader's language."""
        return str(Verb(self.verb).label)


class Follower(models.Model):
    """Somebody who is told: who reported it, who joined it, whose own report was merged into it."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="followers")
    resident = models.ForeignKey("people.Resident", on_delete=models.PROTECT, related_name="+", null=True)
    channel = models.CharField(max_length=10, default="none")
    to = EncryptedTextField(blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    follow_code = EncryptedTextField()
    token_digest = models.CharField(max_length=64, unique=True)
    # Reported it themselves, here or in a matter merged into this one: they answer the call-back.
    reported = models.BooleanField(default=False)
    since = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    objects: models.Manager[Follower] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["matter", "pk"]

    def __str__(self) -> str:
        return f"{self.matter_id}: follower {self.pk}"


class Callback(models.Model):
    """One time that the resident was asked whether it is fixed, and what they said."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="callbacks")
    round = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    # Not answered: the reminders ran out, or the resident waived it.
    ended_at = models.DateTimeField(null=True)
    solved = models.BooleanField(null=True)
    satisfied = models.BooleanField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)

    objects: models.Manager[Callback] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["matter", "round"]
        indexes: ClassVar = [
            models.Index(
                name="callbacks_answered",
                fields=["community", "answered_at"],
                condition=Q(answered_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="callback_round_is_its_own", fields=["matter", "round"]),
            models.CheckConstraint(
                name="only_an_answered_callback_counts",
                condition=Q(answered_at__isnull=True, solved__isnull=True, satisfied__isnull=True)
                | Q(answered_at__isnull=False, solved__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}/{self.round}"


class Escalation(models.Model):
    """A rung of the ladder that a matter has reached, and who has answered for it."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="escalations")
    rung = models.PositiveSmallIntegerField()
    who = models.CharField(max_length=10)
    at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    objects: models.Manager[Escalation] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["matter", "pk"]

    def __str__(self) -> str:
        return f"{self.matter_id}: {self.who}"
