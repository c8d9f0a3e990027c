"""Control targets (控制目标): how many accidents or deaths there may be, and who says so."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.accidents.models.register import NAME_CHARS_MAX, PLACE_CHARS_MAX
from anlan.kernel.indicators import goals


class ControlTargetQuerySet(models.QuerySet["ControlTarget"]):
    def standing(self, moment: datetime | None = None) -> Self:
        """Those in force, now or as of a moment."""
        if moment is None:
            return self.filter(ended_at=None)
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=moment), made_at__lte=moment)


class ControlTarget(models.Model):
    """One version of a control target; ``key`` is what it is a version of.

    A version is never changed: another follows it, or it is ended.
    """

    class Kind(models.TextChoices):
        CHANGE = goals.Kind.CHANGE.value, _("so many per cent below a base year")
        VALUE = goals.Kind.VALUE.value, _("no more than a number")
        TREND = goals.Kind.TREND.value, _("keeps falling: fewer every year")
        CURB = goals.Kind.CURB.value, _("firmly curbed: none at all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.UUIDField()
    version = models.IntegerField()
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: As its document words it.
    words = models.CharField(max_length=PLACE_CHARS_MAX)
    source = models.CharField(max_length=PLACE_CHARS_MAX)
    indicator = models.CharField(max_length=60)
    #: Of one sector alone; null: of all of them.
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    base_year = models.IntegerField(null=True)
    #: Of the whole base year, as somebody stated it; where the ledger counts it, that stands.
    base_value = models.BigIntegerField(null=True)
    base_source = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)
    #: Per cent of a change, else the number itself.
    aim = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    first_year = models.IntegerField()
    last_year = models.IntegerField()
    #: It holds for each area below by itself, too, unless that has one of its own.
    below = models.BooleanField(default=False)
    reason = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    user_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    ended_because = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)

    objects = ControlTargetQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["area", "last_year"], name="control_area"),
            models.Index(fields=["path", "-last_year", "-id"], name="control_path"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="control_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(ended_at=None), name="control_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(first_year__lte=models.F("last_year")), name="control_years_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def aim_text(self) -> str:
        return "" if self.aim is None else f"{Decimal(self.aim).normalize():,f}"

    @property
    def years(self) -> str:
        first, last = self.first_year, self.last_year
        return str(last) if first == last else f"{first}–{last}"
