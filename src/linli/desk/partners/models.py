"""Other systems that a community works with: what they may ask, where they are told, on what terms data are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from linli.desk.common.fields import EncryptedTextField

if TYPE_CHECKING:
    import datetime as dt


class ApiKey(models.Model):  # type: ignore[django-manager-missing] # the scoped manager is made at run time
    """By what another system says who it is. Only a digest is kept; whoever has the database cannot use it."""

    class Scope(models.TextChoices):
        """What it may."""

        READ = "read", _("read")
        WRITE = "write", _("read and report")

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    # Its last letters, by which people tell keys apart.
    hint = models.CharField(max_length=4)
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.READ)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: models.Manager[ApiKey] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="api_key_has_a_name", condition=~Q(name="") & ~Q(digest="")),
            models.CheckConstraint(name="api_key_scope_is_known", condition=Q(scope__in=["read", "write"])),
        ]

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"

    @property
    def key(self) -> str:
        """How the ledger names whoever uses it."""
        return f"api:{self.pk}"

    @property
    def may_write(self) -> bool:
        """Whether it may report."""
        return self.scope == self.Scope.WRITE


class Webhook(models.Model):
    """An address of another system that is told what happens, in the order of the ledger."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=60)
    # Encrypted: many systems put a password into the address.
    url = EncryptedTextField()
    events = models.JSONField(default=list)
    # Whose own matters it is told of besides the public ones.
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="webhooks", null=True)
    secret = EncryptedTextField()
    # After a change of the secret both sign, until the other side has taken over the new one.
    old_secret = EncryptedTextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    enabled = models.BooleanField(default=True)
    # Why it is not: "person", or "gone" where the other side asked to be told no more.
    disabled_because = models.CharField(max_length=10, blank=True)
    removed_at = models.DateTimeField(null=True)
    # The last entry of the ledger that was looked at for it.
    position = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()

    objects: models.Manager[Webhook] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["community", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="webhook_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """How the ledger and the outbox name it."""
        return f"webhook:{self.pk}"

    def secrets_at(self, moment: dt.datetime) -> list[str]:
        """List the secrets that sign at a moment, the newest first."""
        old = self.old_secret_until is not None and moment < self.old_secret_until
        return [self.secret, self.old_secret] if old and self.old_secret else [self.secret]


class OpenTerms(models.Model):
    """On what terms a community lets others use its open data; without a row, nothing is said about it."""

    class Licence(models.TextChoices):
        """Licences a community may choose from; which one is its own decision."""

        NONE = "", _("not stated; ask the committee")
        CC0 = "CC0-1.0", "CC0 1.0"
        CC_BY = "CC-BY-4.0", "CC BY 4.0"
        ODBL = "ODbL-1.0", "ODbL 1.0"

    community = models.OneToOneField(
        "places.Community", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    licence = models.CharField(max_length=10, choices=Licence.choices, blank=True, default=Licence.NONE)

    objects: models.Manager[OpenTerms] = ScopedManager(community="community")

    class Meta:
        verbose_name_plural = "open terms"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="licence_is_known", condition=Q(licence__in=["", "CC0-1.0", "CC-BY-4.0", "ODbL-1.0"])
            ),
        ]

    def __str__(self) -> str:
        return self.licence or "none"
