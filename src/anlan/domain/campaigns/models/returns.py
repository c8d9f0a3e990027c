"""Reporting duties (报送): who must report what by which days, and what came in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Line, Plan, Target


class Duty(models.Model):
    """What a plan wants reported, and by which days. Each unit and day is a return of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="duties")
    #: The line that says so, where one does.
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="duties")
    #: The unit that wants it, with its area.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    #: What is to be reported, and how the paper says the days.
    text = models.TextField()
    #: returns_rule.Rule as data.
    rule = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    #: So many days before the day it is due, a return is asked for.
    opens_days = models.SmallIntegerField()
    nil_allowed = models.BooleanField(default=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    #: Asked for no more from then on.
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["plan", "-made_at"], name="duty_of_plan")]

    def __str__(self) -> str:
        return self.title


class DutyUnit(models.Model):
    """A unit that owes the returns of a duty."""

    duty = models.ForeignKey(Duty, models.CASCADE, related_name="owing")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "unit"], name="duty_unit_once")]


class DutyFigure(models.Model):
    """A number that each return of a duty states."""

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="figures")
    place = models.SmallIntegerField()
    name = models.CharField(max_length=NAME_CHARS_MAX)
    unit = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "place"], name="duty_figure_place")]


class Feed(models.Model):
    """Which figure of a duty counts which target; what was accepted are its declared facts."""

    figure = models.ForeignKey(DutyFigure, models.PROTECT, related_name="feeds")
    target = models.ForeignKey(Target, models.PROTECT, related_name="feeds")
    #: "adds" or "stands" (returns/feeding.py).
    mode = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["figure"], condition=Q(ended_at=None), name="feed_of_figure_once"
            )
        ]


class Return(models.Model):
    """What one unit owes for one day. State, deadline and history are its case's."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="campaign_return"
    )
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="returns")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: The day that the rule states; by it a period's return is known, wherever its day moves.
    stated_on = models.DateField()
    #: As rule and calendar give it; the case's own deadline is later where it was extended.
    due_on = models.DateField()
    #: Of the filing that stands, or empty.
    kind = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["duty", "unit", "stated_on"], name="return_once_stated")
        ]
        indexes = [models.Index(fields=["duty", "due_on"], name="return_of_day")]


class Filing(models.Model):
    """What a unit filed. A returned one stays beside the one that took its place."""

    class Kind(models.TextChoices):
        REPORT = "report", _("full report")
        NIL = "nil", _("nil report")

    class Status(models.TextChoices):
        SENT = "sent", _("to be read")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Return, models.PROTECT, related_name="filings")
    kind = models.CharField(max_length=8, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.SENT)
    text = models.TextField(blank=True)
    #: By the duty's figure; the same numbers are facts that bear this id as batch.
    figures = models.JSONField(default=dict)
    at = models.DateTimeField()
    day = models.DateField()
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=~Q(status="returned"), name="filing_stands_once"
            )
        ]
        indexes = [models.Index(fields=["case", "-at"], name="filing_of_return")]
