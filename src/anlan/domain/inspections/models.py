"""Sweeps (大排查、起底) with their subjects and visits, and enterprises' own checks (自查)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.inspections.acceptance.models import Acceptance as Acceptance
from anlan.domain.inspections.acceptance.models import AcceptanceItem as AcceptanceItem
from anlan.domain.inspections.remote.models import Look as Look
from anlan.domain.inspections.remote.models import Pick as Pick
from anlan.domain.inspections.remote.models import RemoteDraw as RemoteDraw
from anlan.domain.inspections.remote.models import RemotePlan as RemotePlan
from anlan.domain.inspections.remote.models import Violation as Violation
from anlan.kernel.accounts.records import SealedRecord

NAME_CHARS_MAX = 120
#: Base facts and safety states that one sweep asks for.
FIELDS_MAX = 12
STATES_MAX = 12
LABEL_CHARS_MAX = 60
VALUE_CHARS_MAX = 200
#: Officers, or experts, of one visit.
PEOPLE_MAX = 999


class FactForm(models.TextChoices):
    """How a base fact is written."""

    TEXT = "text", _("words")
    NUMBER = "number", _("a number")
    CHOICE = "choice", _("one of several")


class Why(models.TextChoices):
    """Why somebody went there; unsaid where nothing is chosen."""

    PLANNED = "planned", pgettext_lazy("visit", "planned")
    DRAWN = "drawn", pgettext_lazy("visit", "drawn at random")
    RECHECK = "recheck", pgettext_lazy("visit", "recheck of a rectification")
    TIPOFF = "tipoff", pgettext_lazy("visit", "to look into a tip-off")
    OTHER = "other", pgettext_lazy("visit", "other")


class Every(models.TextChoices):
    """How often an enterprise checks itself: kinds of the calendar's periods."""

    DAY = "day", _("every day")
    WEEK = "week", _("every week")
    TEN_DAYS = "ten_days", _("every ten days (旬)")
    FORTNIGHT = "fortnight", _("every fortnight")
    MONTH = "month", _("every month")
    QUARTER = "quarter", _("every quarter")
    HALF = "half", _("every half-year")
    YEAR = "year", _("every year")


class Sweep(models.Model):
    """One campaign of full enumeration: each subject of an area is to be visited once."""

    name = models.CharField(max_length=NAME_CHARS_MAX)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: The office that organises it.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    #: Kinds of objects that are to be visited, as the register of enterprises names them.
    kinds = models.JSONField(default=list)
    #: The safety states that a visit chooses from, as the office worded them.
    states = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-starts_on"], name="sweep_area")]

    def __str__(self) -> str:
        return self.name


class SweepSector(models.Model):
    """A sector that a sweep is narrowed to; none means all of them."""

    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="sectors")
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "sector"], name="sweep_sector")]


class SweepField(models.Model):
    """A base fact that each visit records, defined by the office."""

    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="fields")
    order = models.SmallIntegerField()
    label = models.CharField(max_length=LABEL_CHARS_MAX)
    form = models.CharField(max_length=10, choices=FactForm)
    choices = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "order"], name="sweep_field")]

    @property
    def key(self) -> str:
        return f"fact_{self.order}"


class SweepTeam(models.Model):
    """Which unit visits what lies in an area; the smallest area around a subject wins."""

    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="teams")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "area"], name="sweep_team")]


class Target(models.Model):
    """A subject in the register of a sweep, as it stood when the register was drawn.

    Area and sector are those of that day, so that what is to be visited and what was visited are
    counted at the same place whatever happens to the entry later.
    """

    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="targets", db_index=False)
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector = models.ForeignKey(
        "accounts.Sector", models.PROTECT, null=True, related_name="+", db_index=False
    )
    #: Who is to visit it; null where no team's area holds it.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    #: Visits that stand, the day that counts as visited, and what the latest one said.
    visits = models.IntegerField(default=0)
    visited_on = models.DateField(null=True)
    state = models.CharField(max_length=LABEL_CHARS_MAX, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "enterprise"], name="target_once")]
        indexes = [models.Index(fields=["sweep", "path", "id"], name="target_area")]


class Visit(models.Model):
    """One visit to a subject. Withdrawn with a reason, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    target = models.ForeignKey(Target, models.PROTECT, related_name="rows")
    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector_id = models.CharField(max_length=40, null=True)
    enterprise_id = models.BigIntegerField()
    on = models.DateField()
    #: Who went there, in words; who entered it follows.
    visitor = models.CharField(max_length=120)
    #: How many took part (执法人员、专家) and why they went; null and empty where nobody said.
    officers = models.SmallIntegerField(null=True)
    experts = models.SmallIntegerField(null=True)
    why = models.CharField(max_length=10, choices=Why, blank=True, default="")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: Who was to visit the subject when this was entered: it is counted there for good.
    team_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    state = models.CharField(max_length=LABEL_CHARS_MAX)
    #: By the order of the field: {"1": "35"}.
    facts = models.JSONField(default=dict)
    note = models.CharField(max_length=VALUE_CHARS_MAX, blank=True, default="")
    #: Counted as the one visit of its subject (家); the others count as visits only (家次).
    first = models.BooleanField(default=False)
    #: Names the same row of a workbook that comes again; null for what a page entered.
    origin = models.CharField(max_length=80, null=True, unique=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=VALUE_CHARS_MAX, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["sweep", "-on", "-id"], name="visit_day"),
            models.Index(fields=["enterprise_id", "-on"], name="visit_enterprise"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(officers=None) | Q(officers__range=(0, PEOPLE_MAX)),
                name="visit_officers",
            ),
            models.CheckConstraint(
                condition=Q(experts=None) | Q(experts__range=(0, PEOPLE_MAX)), name="visit_experts"
            ),
        ]

    def fact(self, field: SweepField) -> Any:
        return self.facts.get(str(field.order), "")


class VisitHazard(models.Model):
    """A hazard that was entered with a visit."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="hazards")
    hazard = models.OneToOneField("hazards.Hazard", models.PROTECT, related_name="sweep_visit")


# --- enterprises' own checks (自查自改自报) -------------------------------------------------


class CheckPlan(models.Model):
    """What an enterprise checks at its own place, and how often."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    #: The enterprise as it answers here: whose people check, report and rectify.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector = models.ForeignKey(
        "accounts.Sector", models.PROTECT, null=True, related_name="+", db_index=False
    )
    what = models.CharField(max_length=VALUE_CHARS_MAX)
    #: A kind of the calendar's periods: each one asks for a check.
    every = models.CharField(max_length=12, choices=Every)
    starts_on = models.DateField()
    #: No check is due for periods that begin after this day; null goes on.
    ends_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["path", "id"], name="check_plan_area")]

    def __str__(self) -> str:
        return self.what


class Check(models.Model):
    """One own check, done for a period of its plan: nil, or hazards that went into the loop."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(CheckPlan, models.PROTECT, related_name="checks", db_index=False)
    start = models.DateField()
    end = models.DateField()
    on = models.DateField()
    checker = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    found = models.IntegerField(default=0)
    note = models.CharField(max_length=VALUE_CHARS_MAX, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["plan", "start"], name="check_of_period")]

    @property
    def is_late(self) -> bool:
        """Done after its period was over; missing is where none was done at all."""
        return self.on > self.end


class CheckHazard(models.Model):
    """A hazard that an enterprise found by its own check."""

    check_row = models.ForeignKey(Check, models.PROTECT, related_name="hazards")
    hazard = models.OneToOneField("hazards.Hazard", models.PROTECT, related_name="own_check")


class NilRule(SealedRecord):
    """When nil reports are held against what others found there: a setting of an office.

    The newest row of the nearest area holds; none says anything where no office has set one.
    """

    SEALED = ("area_id", "path", "months", "found_min", "set_by")

    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Nil reports in a row, in months, and hazards that others found meanwhile.
    months = models.SmallIntegerField()
    found_min = models.IntegerField()
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["area", "-id"], name="nil_rule_area")]
