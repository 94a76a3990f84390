"""What the pages of the desk remember for those who work there: their views, their replies, who looks at what."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django_scopes import ScopedManager

from linli.desk.places.models import Community


class SavedView(models.Model):
    """Filters of the inbox under a name; one person's own."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, blank=True)

    objects: models.Manager[SavedView] = ScopedManager(community="community")

    class Meta:
        app_label = "pages"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="saved_view_has_its_own_name", fields=["community", "account", "name"]
            )
        ]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """Who looks at what just now; worth nothing a minute later."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=40)  # "matter:12", as in the ledger
    seen_at = models.DateTimeField(db_index=True)

    objects: models.Manager[Presence] = ScopedManager(community="community")

    class Meta:
        app_label = "pages"
        constraints: ClassVar = [
            models.UniqueConstraint(name="presence_is_one", fields=["community", "about", "account"])
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.about}"


class ReplyTemplate(models.Model):
    """A reply that the desk writes often. What is shipped with Linli stands in replies.toml."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    text = models.TextField(max_length=2000)

    objects: models.Manager[ReplyTemplate] = ScopedManager(community="community")

    class Meta:
        app_label = "pages"
        ordering: ClassVar = ["verb", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="reply_has_its_own_name", fields=["community", "verb", "name"])
        ]

    def __str__(self) -> str:
        return self.name
