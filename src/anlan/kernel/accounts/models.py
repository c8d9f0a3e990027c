"""Who works here: units with jurisdictions, people, and the posts that give people their rights.

A right comes from a post and from nothing else: a person holds a post at a unit for a time; the
unit's jurisdictions (areas × sectors × named enterprises) say over what.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.paths import PATH_CHARS_MAX


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


class UnitKind(models.TextChoices):
    COMMITTEE_OFFICE = "committee_office", _("work-safety committee office")
    GOVERNMENT = "government", _("government")
    DEPARTMENT = "department", _("department")
    ENTERPRISE = "enterprise", _("enterprise")
    TEAM = "team", _("team")
    OTHER = "other", _("other")


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

    class Meta:
        indexes = [models.Index("path", "kind", name="unit_path")]

    def __str__(self) -> str:
        return self.name


class Jurisdiction(models.Model):
    """What a unit answers for: an area subtree, in one sector or all, or one named enterprise."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="jurisdictions")
    area = models.ForeignKey("regions.Region", models.PROTECT)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Null means all sectors.
    sector = models.ForeignKey(Sector, models.PROTECT, null=True)
    #: An enterprises.Enterprise by id (that app is above this one); null means all.
    enterprise_id = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").casefold())


class User(AbstractBaseUser):
    """A person who signs in. Holds no right by itself; its posts do."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    #: Who made it; the same person may not also authorise it (S16).
    created_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True)

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
            )
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


class PostQuerySet(models.QuerySet["Post"]):
    def held_on(self, day: date) -> Self:
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        )


class Post(models.Model):
    """A person in a role at a unit, from a day to a day. Ended, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
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
