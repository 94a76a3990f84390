"""By what else matters come in, mail and lists; and what is kept longer than usual."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from linli.desk.common.fields import EncryptedJSONField, EncryptedTextField
from linli.desk.matters.models.matter import Matter


class Mailbox(models.Model):
    """Where a community's mail from residents lies, on an IMAP server, and how far it has been read."""

    class Security(models.TextChoices):
        """How the connection is kept from being read."""

        TLS = "tls", _("TLS (usual, port 993)")
        STARTTLS = "starttls", _("STARTTLS (port 143)")
        NONE = "none", _("none: the password goes in the open")

    community = models.OneToOneField("places.Community", on_delete=models.PROTECT, related_name="mailbox")
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=10, choices=Security.choices, default=Security.TLS)
    username = models.CharField(max_length=254)
    password = EncryptedTextField(blank=True)
    folder = models.CharField(max_length=100, default="INBOX")
    # What residents write to: what comes from it is our own.
    address = models.CharField(max_length=254, blank=True)
    enabled = models.BooleanField(default=False)

    # When it is looked into next, and how that went.
    due_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    # A key of `mailbox_reasons.PROBLEMS`.
    problem = models.CharField(max_length=20, blank=True)

    # Another server, user or folder is another mailbox, whose numbers mean other messages.
    generation = models.PositiveIntegerField(default=1)
    # Up to where it has been read: numbers mean something under one UIDVALIDITY only.
    uid_validity = models.PositiveBigIntegerField(null=True)
    last_uid = models.PositiveBigIntegerField(default=0)
    # Up to here lay old mail when these numbers began; of it only what is unread, or younger than `since`, is ours.
    first_uid = models.PositiveBigIntegerField(default=0)
    since = models.DateField(null=True)

    objects: models.Manager[Mailbox] = ScopedManager(community="community")

    class Meta:
        verbose_name_plural = "mailboxes"
        indexes: ClassVar = [
            models.Index(name="mailboxes_due", fields=["due_at"], condition=Q(enabled=True)),
        ]

    def __str__(self) -> str:
        return self.host


class Mail(models.Model):
    """A message that was looked at, once; its words stay in the mailbox, and in the matter they became."""

    class State(models.TextChoices):
        """What became of it."""

        MATTER = "matter", _("became a matter")
        REPLY = "reply", _("added to a matter")
        IGNORED = "ignored", _("passed over")
        TRYING = "trying", _("failed, is tried again")
        ASIDE = "aside", _("set aside")

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    generation = models.PositiveIntegerField()
    uid_validity = models.PositiveBigIntegerField()
    uid = models.PositiveBigIntegerField()
    # Of its Message-ID, or, where it has none, of all of it: the same message delivered twice is one.
    digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    # Why it was passed over or set aside: a key of `mailbox_reasons.REASONS`.
    reason = models.CharField(max_length=20, blank=True)
    # Masked (z***@example.com), so that somebody can find it in the mailbox.
    sender = models.CharField(max_length=254, blank=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="mails", null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Marked as read in the mailbox, which happens after the commit and is made up for where it was cut off.
    marked = models.BooleanField(default=False)
    # Somebody looked at it and wants it taken whatever its size or number.
    wanted = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects: models.Manager[Mail] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="mail_is_looked_at_once", fields=["community", "generation", "uid_validity", "uid"]
            ),
            models.UniqueConstraint(
                name="mail_is_taken_once",
                fields=["community", "digest"],
                condition=Q(state__in=["matter", "reply"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="mails_by_state", fields=["community", "state", "at"]),
            models.Index(
                name="mails_to_mark",
                fields=["community"],
                condition=Q(state__in=["matter", "reply"], marked=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"

    @property
    def key(self) -> str:
        """How the ledger names it."""
        return f"mail:{self.pk}"


class MatterList(models.Model):
    """A list of matters that somebody brought: read and shown, then taken in as a whole, perhaps taken back."""

    class State(models.TextChoices):
        """Where it stands."""

        SHOWN = "shown", _("not taken in yet")
        TAKEN = "taken", _("taken in")
        UNDONE = "undone", _("taken back")

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    # Of the file, so that the same file is known when it comes again.
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    datum = models.CharField(max_length=10, blank=True)
    # What its lines say, until they are taken in.
    rows = EncryptedJSONField(default=list)
    line_count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.SHOWN)
    by = models.CharField(max_length=40)
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    # Matters it became, and residents it made known.
    matter_ids = models.JSONField(default=list)
    resident_ids = models.JSONField(default=list)

    objects: models.Manager[MatterList] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="list_is_taken_once", fields=["community", "digest"], condition=Q(state="taken")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """How the ledger names it."""
        return f"matter_list:{self.pk}"


class Hold(models.Model):
    """A matter that is not forgotten yet: because of a dispute, or because forgetting it failed and is tried again."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="holds")
    until = models.DateTimeField()
    # May name people: encrypted, blanked with the matter. Empty: it failed.
    reason = EncryptedTextField(blank=True)
    by = models.CharField(max_length=40)
    by_name = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    objects: models.Manager[Hold] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["until", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="matter_is_held_once", fields=["matter"], condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(name="hold_ends_after_it_began", condition=Q(until__gt=F("at"))),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} until {self.until:%Y-%m-%d}"
