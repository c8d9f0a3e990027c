"""Who works here: units with jurisdictions, people, and the posts that give people their rights.

A right comes from a post and from nothing else: a person holds a post at a unit for a time; the
unit's jurisdictions (areas × sectors × named enterprises) say over what.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.base.sealed import SUM_CHARS, SealedField
from anlan.kernel.accounts.models_data import DataRequest
from anlan.kernel.accounts.seals import SEAL_CHARS_MAX, seal

__all__ = ["DataRequest"]
FILTER_NAME_CHARS_MAX, FILTER_QUERY_CHARS_MAX = 60, 1_000


class Sector(models.Model):
    """A line of regulation (条): 危险化学品, 煤矿, 消防 … Codes are ours and stable."""

    code = models.CharField(max_length=30, primary_key=True)
    name = models.CharField(max_length=60)
    order = models.SmallIntegerField(default=0)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class SectorMap(models.Model):
    """Under which heading of a campaign's own list (9, 10, 20, 125 …) a sector stands, by date."""

    plan = models.CharField(max_length=30)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="plan_sectors")
    plan_code = models.CharField(max_length=30)
    plan_name = models.CharField(max_length=80)
    order = models.SmallIntegerField(default=0)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "sector"], condition=Q(valid_to=None), name="sector_map_once"
            )
        ]


class Regulator(models.Model):
    """Which kind of department regulates a sector (管行业必须管安全); an office may change it."""

    sector = models.ForeignKey(Sector, models.PROTECT, related_name="regulators")
    department = models.CharField(max_length=60)
    #: How sure the shipped row is: A seen in a source, B known, C a default to be checked.
    basis = models.CharField(max_length=1, default="C")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sector", "department"],
                condition=Q(valid_to=None),
                name="regulator_once",
            )
        ]


class UnitKind(models.TextChoices):
    COMMITTEE_OFFICE = "committee_office", _("work-safety committee office")
    GOVERNMENT = "government", _("government")
    DEPARTMENT = "department", _("department")
    #: 中央驻地方单位: works in the area and answers to the nation's ministries.
    CENTRAL = "central", _("central unit working in the area")
    ENTERPRISE = "enterprise", _("enterprise")
    TEAM = "team", _("team")
    OTHER = "other", _("other")


def valid_on(day: date, prefix: str = "") -> Q:
    """Rows whose dates include ``day``; an open end has no date."""
    return Q(
        Q(**{f"{prefix}valid_from": None}) | Q(**{f"{prefix}valid_from__lte": day}),
        Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gte": day}),
    )


class UnitQuerySet(models.QuerySet["Unit"]):
    def valid_on(self, day: date) -> Self:
        return self.filter(valid_on(day))


class Unit(models.Model):
    """An office, department, enterprise or team that reports, answers or supervises."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=UnitKind)
    area = models.ForeignKey("regions.Region", models.PROTECT)
    #: The area's path, kept beside it so that lists filter without a join.
    path = models.CharField(max_length=PATH_CHARS_MAX)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    #: Who took over when this unit was merged away (机构改革).
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")

    objects = UnitQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("path", "kind", name="unit_path"),
            models.Index("name", name="unit_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SealedQuerySet(models.QuerySet[Any]):
    """Keeps the seals right for whatever goes through the ORM; what goes around it shows (S32)."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.mac = row.expected_mac()
        return super().bulk_create(rows, *args, **kwargs)

    def update(self, **changes: Any) -> int:
        if set(changes) == {"mac"}:
            return super().update(**changes)
        keys = list(self.values_list("pk", flat=True))
        changed = super().update(**changes)
        rows = list(self.model._default_manager.filter(pk__in=keys))
        for row in rows:
            row.mac = row.expected_mac()
        self.model._default_manager.bulk_update(rows, ["mac"])
        return changed


class Sealed(models.Model):
    """A row that gives rights, with a MAC over what it gives; checked at each use (S32)."""

    SEALED: ClassVar[tuple[str, ...]] = ()
    mac = models.CharField(max_length=SEAL_CHARS_MAX, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.mac = self.expected_mac()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "mac"}
        super().save(*args, **kwargs)

    def expected_mac(self) -> str:
        values = []
        for name in self.SEALED:
            field = self._meta.get_field(name)
            assert isinstance(field, models.Field)
            # As it will come back from the database: "2024-06-25" is a date there.
            values.append(field.to_python(getattr(self, name)))
        return seal(self._meta.label_lower, *values)


class Jurisdiction(Sealed):
    """What a unit answers for: an area subtree, in one sector or all, or one named enterprise."""

    SEALED = (
        "unit_id", "path", "sector_id", "enterprise_id", "valid_from", "valid_to"
    )  # fmt: skip

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="jurisdictions")
    area = models.ForeignKey("regions.Region", models.PROTECT)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Null means all sectors.
    sector = models.ForeignKey(Sector, models.PROTECT, null=True)
    #: An enterprises.Enterprise by id (that app is above this one); null means all.
    enterprise_id = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    objects = SealedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("path", "sector", name="jurisdiction_path")]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").casefold())


class User(AbstractBaseUser):
    """A person who signs in. Holds no right by itself; its posts do."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    #: The person's own to give; only found by, and opened for nobody but them (S30).
    phone = SealedField(blank=True, default="", db_default="")
    phone_sum = models.CharField(
        max_length=SUM_CHARS, blank=True, default="", db_default="", db_index=True
    )
    is_active = models.BooleanField(default=True)
    #: Who made it; the same person may not also authorise it (S16).
    created_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True)
    #: Closed for ever, with what it held of its person deleted (S39, S41).
    erased_at = models.DateTimeField(null=True)
    #: The last time step whose TOTP code was accepted; only later ones are (S06).
    totp_step = models.BigIntegerField(default=0)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    #: Django's "superuser" does not exist here (S16).
    is_superuser = False
    is_staff = False

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(username="") & ~Q(password=""), name="user_named_with_password"
            ),
            models.CheckConstraint(condition=Q(username=Lower("username")), name="user_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a post does. Business roles first; the last three administer and see no business."""

    OFFICE = "office", _("committee office staff")  # assigns, reviews, closes, proposes, imports
    LEADER = "leader", _("leader")  # approves: extensions, closings, proposals from 约谈 up
    INSPECTOR = "inspector", _("regulator's inspector")  # finds, assigns, verifies
    RECTIFIER = "rectifier", _("safety officer of a responsible unit")  # signs for, rectifies
    GRID = "grid", _("grid worker")  # finds, sees own
    DUTY = "duty", _("duty desk")  # finds, sees
    VIEWER = "viewer", _("viewer")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDITOR = "auditor", _("audit administrator")


ADMIN_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
BUSINESS_ROLES = tuple(role for role in Role if role not in ADMIN_ROLES)


class PostQuerySet(SealedQuerySet):
    def held_on(self, day: date) -> Self:
        return self.filter(valid_on(day))


class Post(Sealed):
    """A person in a role at a unit, from a day to a day. Ended, never deleted."""

    SEALED = (
        "user_id", "unit_id", "role", "valid_from", "valid_to", "away_from", "away_to",
        "deputy_of_id",
    )  # fmt: skip

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    #: The holder is away on these days; a standing deputy's post counts only on them.
    away_from = models.DateField(null=True)
    away_to = models.DateField(null=True)
    #: Set where this post stands in for another while its holder is away.
    deputy_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="deputies")
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=[role.value for role in ADMIN_ROLES], valid_to=None),
                name="post_one_administrator_role",
            )
        ]


class Purpose(models.TextChoices):
    BOOTSTRAP = "bootstrap", _("first administrator")
    INVITE = "invite", _("invitation")
    RESET = "reset", _("password reset")


class Invitation(models.Model):
    """A link with which a person sets their own password: once, until a moment (S07, S08)."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    #: Null for a bootstrap link: the account is made when it is opened, with ``role``.
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="invitations")
    role = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class PastPassword(models.Model):
    """Hashes that may not come back (S02)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=200)
    at = models.DateTimeField()


class RecoveryCode(models.Model):
    """A second factor on paper: hashed, shown once, works once (S06)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code")]


class UserSession(AbstractBaseSession):
    """Django's session row, with whose it is: one row is session and registry at once (S09)."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    #: Another live session of this account came from another address (S01).
    flagged = models.BooleanField(default=False)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        from anlan.kernel.accounts.sessions import SessionStore  # the store imports this module

        return SessionStore


class ApiToken(models.Model):
    """A program's key: hashed, scoped, expiring, never above its owner's rights (S20)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    #: Permissions it may use: ``hazards.view``, or ``hazards.*``.
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)


class SavedFilter(models.Model):
    """A list as somebody narrowed it, under a name; with a unit its people find it, too.

    Only an address: whoever opens it sees in it what their own posts let them see.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_filters")
    #: The list's own name, as ``accounts.lists`` knows it.
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=FILTER_NAME_CHARS_MAX)
    query = models.CharField(max_length=FILTER_QUERY_CHARS_MAX)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_filter_once")
        ]
        indexes = [models.Index(fields=["unit", "page"], name="saved_filter_shared")]


class ColumnChoice(models.Model):
    """Which columns of a list somebody wants to see, in their order."""

    user = models.ForeignKey(User, models.CASCADE, related_name="column_choices")
    page = models.CharField(max_length=60)
    codes = models.CharField(max_length=FILTER_QUERY_CHARS_MAX)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="column_choice_once")]


class Count(models.Model):
    """How often something was tried in a window of time (S04, S56); kept across restarts."""

    #: What and who, hashed: an address or a user id stands nowhere in clear.
    key = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.IntegerField(default=0)
    #: When the window's last try came, in seconds since the epoch.
    at = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="count_key")]
        indexes = [models.Index("at", name="count_at")]
