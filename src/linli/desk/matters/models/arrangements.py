"""What a community has decided about matters beforehand, and what those at the desk keep for themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from linli.desk.common.fields import EncryptedTextField
from linli.desk.matters.lifecycle import Verb
from linli.desk.matters.models.matter import Category, Matter


class LadderRung(models.Model):
    """Who is told when a matter is late and the rung below has not answered; a community without rows has the usual four."""

    class Told(models.TextChoices):
        """Who stands on a rung."""

        WORKER = "worker", _("worker and deputy")
        DESK = "desk", _("desk")
        DIRECTOR = "director", _("director")
        STREET = "street", _("street office")

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="ladder")
    number = models.PositiveSmallIntegerField()
    who = models.CharField(max_length=10, choices=Told.choices)
    # Office hours that this rung has before the next is told.
    grace_hours = models.PositiveSmallIntegerField(default=8)
    # Outside the desk: where the street office is told.
    channel = models.CharField(max_length=10, default="none")
    to = EncryptedTextField(blank=True)

    objects: models.Manager[LadderRung] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="ladder_rung_is_its_own", fields=["community", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.who}"


class RoutingRule(models.Model):
    """Whatever fits all that is filled in goes to this person; the first rule that fits decides."""

    class Hours(models.TextChoices):
        """When a rule holds."""

        ANY = "", _("at any time")
        OFFICE = "office", _("in office hours")
        OFF = "off", _("outside office hours")

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="routing_rules")
    position = models.PositiveIntegerField()
    grid = models.ForeignKey("places.Grid", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    # Any one of these words, separated by spaces.
    words = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=10, choices=Hours.choices, default=Hours.ANY, blank=True)
    worker = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(
        "people.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: models.Manager[RoutingRule] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return f"rule:{self.pk}"


class SavedView(models.Model):
    """Filters that a member of staff comes back to."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    filters = models.JSONField(default=dict)

    objects: models.Manager[SavedView] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="saved_view_is_its_own", fields=["community", "account", "name"]),
        ]

    def __str__(self) -> str:
        return self.name


class ReplyTemplate(models.Model):
    """A text that the desk writes often."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    verb = models.CharField(max_length=14, choices=Verb.choices, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)

    objects: models.Manager[ReplyTemplate] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="reply_template_is_its_own", fields=["community", "name"]),
        ]

    def __str__(self) -> str:
        return self.name


class Looking(models.Model):
    """Who has a matter open before them, so that two do not answer at once."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="looking")
    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects: models.Manager[Looking] = ScopedManager(community="community")

    class Meta:
        verbose_name_plural = "looking"
        constraints: ClassVar = [
            models.UniqueConstraint(name="looking_is_once", fields=["matter", "account"]),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.matter_id}"
