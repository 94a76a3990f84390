"""Accounts of those who work here, their posts, and the residents they work for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from linli.desk.common import clock
from linli.desk.common.fields import EncryptedTextField

if TYPE_CHECKING:
    from typing import Any


class AccountManager(BaseUserManager["Account"]):
    """Names of accounts are the same whether written small or large."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find by user name, as login does."""
        return self.get(username=(username or "").casefold())

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """Make an account; without a password nobody can log in by one."""
        fields.setdefault("name", username)
        fields.setdefault("date_joined", clock.now())
        account = self.model(username=username.strip().casefold(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):  # type: ignore[django-manager-missing] # the scoped managers are made at run time
    """Somebody who logs in. What they may do is said by their posts, never by the account."""

    username = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    # May open a staff session, with a reason; by itself it allows nothing.
    is_operator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField()

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="account_has_a_username", condition=~Q(username="")),
            models.CheckConstraint(name="account_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """How the ledger names it."""
        return f"account:{self.pk}"


class Role(models.TextChoices):
    """What somebody is here for."""

    DIRECTOR = "director", _("Director")
    DESK = "desk", _("Desk")
    GRID_WORKER = "grid_worker", _("Grid worker")
    MEDIATOR = "mediator", _("Mediator")
    CARE_WORKER = "care_worker", _("Care worker")
    VOLUNTEER = "volunteer", _("Volunteer")
    AUDITOR = "auditor", _("Auditor")


IN_FORCE = Q(until__isnull=True, lapsed_at__isnull=True)


class Post(models.Model):
    """A role of an account in a community, from a day on; a grid worker's is bound to one grid."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="posts")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role.choices)
    grid = models.ForeignKey("places.Grid", on_delete=models.PROTECT, related_name="posts", null=True)
    # Stands in for the grid's worker; the worker is the one post of the grid that does not.
    deputy = models.BooleanField(default=False)
    # Where residents reach the worker: posted publicly with the grid, so never a private number.
    public_phone = models.CharField(max_length=30, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField()
    lapsed_at = models.DateTimeField(null=True)

    objects: models.Manager[Post] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["role", "grid", "deputy", "since", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="post_is_held_once",
                fields=["account", "community", "role"],
                condition=IN_FORCE & Q(grid__isnull=True),
            ),
            models.UniqueConstraint(
                name="post_at_a_grid_is_held_once",
                fields=["account", "community", "role", "grid"],
                condition=IN_FORCE & Q(grid__isnull=False),
            ),
            models.UniqueConstraint(
                name="grid_has_one_worker",
                fields=["grid"],
                condition=IN_FORCE & Q(role=Role.GRID_WORKER, deputy=False),
            ),
            models.CheckConstraint(
                name="post_role_is_known", condition=Q(role__in=[role.value for role in Role])
            ),
            models.CheckConstraint(
                name="grid_workers_post_has_a_grid",
                condition=Q(role=Role.GRID_WORKER, grid__isnull=False)
                | (~Q(role=Role.GRID_WORKER) & Q(grid__isnull=True, deputy=False)),
            ),
            models.CheckConstraint(
                name="post_ends_after_it_began", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="posts_by_last_use", fields=["last_used_at"], condition=IN_FORCE),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"


class StaffSession(models.Model):
    """An operator at work inside a community: why, and until when."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="staff_sessions")
    reason = models.TextField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: models.Manager[StaffSession] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["started_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="staff_session_says_why", condition=~Q(reason="")),
            models.UniqueConstraint(
                name="one_staff_session_is_open",
                fields=["community", "operator"],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator_id} in {self.community_id}"

    def is_open(self, at: dt.datetime) -> bool:
        """Whether it gives its operator anything at that moment."""
        return self.ended_at is None and at < self.ends_at


class Channel(models.TextChoices):
    """How a resident wants to be told."""

    NONE = "none", _("Only on the page of the matter")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")
    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")
    WEBPUSH = "webpush", _("Message in the browser")


class Resident(models.Model):  # type: ignore[django-manager-missing]
    """Somebody who lives here and told us who they are; no more is kept than they told."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="residents")
    name = EncryptedTextField(blank=True)
    phone = EncryptedTextField(blank=True)
    # For finding them again: keyed digests, from which nothing can be read back.
    phone_digest = models.CharField(max_length=64, blank=True)
    email = EncryptedTextField(blank=True)
    email_digest = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.NONE)
    language = models.CharField(max_length=10, default="zh-hans")
    home = EncryptedTextField(blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    # They typed it in themselves on a public page: whoever they are, they join nobody known already by a number or an
    # address that anybody may type, so that it opens nobody's data.
    self_told = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    objects: models.Manager[Resident] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="erased_resident_left_no_trace",
                condition=Q(erased_at__isnull=True)
                | Q(
                    name="", phone="", phone_digest="", email="", email_digest="", home="", lon=None, lat=None
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="residents_by_phone", fields=["community", "phone_digest"]),
            models.Index(name="residents_by_email", fields=["community", "email_digest"]),
        ]

    def __str__(self) -> str:
        return f"resident {self.pk}"

    @property
    def key(self) -> str:
        """How the ledger names them."""
        return f"resident:{self.pk}"


class Consent(models.Model):
    """That a resident agreed to one purpose, to which wording, and whether they still do."""

    class GivenBy(models.TextChoices):
        """Who said yes."""

        SELF = "self", _("The resident")
        GUARDIAN = "guardian", _("A parent or guardian")
        PROXY = "proxy", _("Somebody who speaks for them")

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=40)
    text_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=10, choices=GivenBy.choices, default=GivenBy.SELF)
    withdrawn_at = models.DateTimeField(null=True)

    objects: models.Manager[Consent] = ScopedManager(community="community")

    class Meta:
        ordering: ClassVar = ["given_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="consent_stands_once",
                fields=["resident", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id}: {self.purpose}"


class Proxy(models.Model):
    """Somebody who acts for a resident: another resident (a child, a neighbour) or one of the staff."""

    community = models.ForeignKey("places.Community", on_delete=models.PROTECT, related_name="+")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="proxies")
    by_resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="acts_for", null=True)
    by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="acts_for", null=True)
    relation = models.CharField(max_length=40)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    objects: models.Manager[Proxy] = ScopedManager(community="community")

    class Meta:
        verbose_name_plural = "proxies"
        ordering: ClassVar = ["since", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="proxy_is_one_person",
                condition=Q(by_resident__isnull=False, by_account__isnull=True)
                | Q(by_resident__isnull=True, by_account__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"proxy {self.pk} of {self.resident_id}"
