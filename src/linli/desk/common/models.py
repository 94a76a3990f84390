"""Tables that every room stands on: the ledger, receipts, messages that go out, sweeps."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django_scopes import ScopedManager

from linli.desk.common.fields import EncryptedJSONField, EncryptedTextField

DIGEST_LENGTH = 64


class LedgerEntry(models.Model):
    """One thing that happened. Nobody changes or deletes it: triggers in the database forbid it (`guards.py`)."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    actor = models.CharField(max_length=80)
    about = models.CharField(max_length=80, blank=True)
    data = models.JSONField()
    previous = models.CharField(max_length=DIGEST_LENGTH)
    digest = models.CharField(max_length=DIGEST_LENGTH)

    objects: models.Manager[LedgerEntry] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="ledger_number_is_its_own", fields=["community", "number"]),
            models.CheckConstraint(name="ledger_is_counted_from_one", condition=Q(number__gte=1)),
        ]
        indexes: ClassVar = [
            models.Index(name="ledger_by_thing", fields=["community", "about", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.event} {self.about}".rstrip()


class LedgerHead(models.Model):
    """Where a community's ledger ends, so that entries cut off its end are missed."""

    community = models.OneToOneField(
        "places.Community", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    number = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST_LENGTH)

    objects: models.Manager[LedgerHead] = ScopedManager(community="community")

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


class ReadEntry(models.Model):
    """Somebody looked at what is kept closed: who, at whom, at which fields, why."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    about = models.CharField(max_length=80)
    fields = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)

    objects: models.Manager[ReadEntry] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "at", "pk"]
        indexes: ClassVar = [models.Index(name="reads_by_thing", fields=["community", "about", "at"])]

    def __str__(self) -> str:
        return f"{self.actor} read {self.about}"


class Receipt(models.Model):
    """What a request was answered, so that the same request sent again is answered the same."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    verb = models.CharField(max_length=60)
    # Encrypted: an answer may hold what only the asker may know, such as the code to follow a matter by.
    result = EncryptedJSONField()
    at = models.DateTimeField(db_index=True)

    objects: models.Manager[Receipt] = ScopedManager(community="community")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="receipt_key_is_its_own", fields=["community", "key"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"


class Channel(models.TextChoices):
    """By what way a message goes."""

    NONE = "none"
    SMS = "sms"
    EMAIL = "email"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WEBPUSH = "webpush"
    WEBHOOK = "webhook"


class MessageState(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    NO_GATEWAY = "no_gateway"


# From → to, and why one may go there.
MESSAGE_TRANSITIONS: dict[tuple[MessageState, MessageState], str] = {
    (MessageState.WAITING, MessageState.DELIVERED): "the gateway took it",
    (MessageState.WAITING, MessageState.DEAD): "every attempt failed, or its reader asked to be forgotten",
    (MessageState.WAITING, MessageState.NO_GATEWAY): "the community has no gateway for its channel",
    (MessageState.NO_GATEWAY, MessageState.WAITING): "a gateway was set",
    (MessageState.NO_GATEWAY, MessageState.DEAD): "its reader asked to be forgotten",
    (MessageState.DEAD, MessageState.WAITING): "somebody had it tried again",
}


class Message(models.Model):
    """Something to tell somebody; written with what it tells of, sent afterwards (`outbox.py`)."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    topic = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    to = EncryptedTextField(blank=True)
    title = EncryptedTextField(blank=True)
    text = EncryptedTextField(blank=True)
    about = models.CharField(max_length=80, blank=True)
    # Whoever of the staff finds it on their pages too, until they have read it: "account:3".
    reader = models.CharField(max_length=80, blank=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    claimed_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    objects: models.Manager[Message] = ScopedManager(community="community")

    class Meta:
        indexes: ClassVar = [
            models.Index(name="messages_waiting", fields=["due_at"], condition=Q(state=MessageState.WAITING)),
            models.Index(name="messages_by_state", fields=["community", "state", "created_at"]),
            models.Index(name="messages_by_thing", fields=["community", "about"]),
            models.Index(
                name="messages_unread",
                fields=["reader", "created_at"],
                condition=~Q(reader="") & Q(read_at__isnull=True),
            ),
            models.Index(
                name="messages_stuck",
                fields=["created_at"],
                condition=Q(state__in=[MessageState.DEAD, MessageState.NO_GATEWAY]),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="message_state_is_known", condition=Q(state__in=[state.value for state in MessageState])
            ),
            models.CheckConstraint(
                name="delivered_message_says_when",
                condition=Q(state=MessageState.DELIVERED, delivered_at__isnull=False)
                | (~Q(state=MessageState.DELIVERED) & Q(delivered_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} by {self.channel} ({self.state})"


class Gateway(models.Model):
    """By what a community's messages of one channel go out: an Apprise address."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    url = EncryptedTextField()
    enabled = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    objects: models.Manager[Gateway] = ScopedManager(community="community")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_gateway_a_channel", fields=["community", "channel"]),
        ]

    def __str__(self) -> str:
        return self.channel


class SweepRun(models.Model):
    """When a sweep is due again; it runs for every community at once, so it belongs to none."""

    name = models.CharField(max_length=60, primary_key=True)
    due_at = models.DateTimeField()
    last_ran_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


from linli.desk.common.models_extras import *  # noqa: E402, F403 -- tables of the same app, kept apart for length alone
