"""Campaigns, their stages and plans, and what the plans say."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, NUMBER_CHARS_MAX, TITLE_CHARS_MAX


class Campaign(models.Model):
    """A campaign of an area: from when to when, measured against which year."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: The campaign of which this is a part with days of its own (百日行动).
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: The office that keeps it.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    #: How many plans of which kind it declares to have: "1+2+10".
    code = models.CharField(max_length=20, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    base_year = models.IntegerField(null=True)
    #: Which documents from above it rests on.
    basis = models.TextField(blank=True)
    #: One up with each change of it, its goals or the plans it expects.
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-starts_on", "-id"], name="campaign_path")]

    def __str__(self) -> str:
        return self.title

    @property
    def days(self) -> int:
        """How long it is, both its first and its last day counted."""
        return (self.ends_on - self.starts_on).days + 1


class Stage(models.Model):
    """A part of a campaign's time (动员部署, 排查整治 …), or of a plan's that has its own."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="stages")
    plan = models.ForeignKey("Plan", models.PROTECT, null=True, related_name="stages")
    place = models.SmallIntegerField()
    name = models.CharField(max_length=NAME_CHARS_MAX)
    starts_on = models.DateField()
    ends_on = models.DateField()
    #: What has to be there at its end.
    outputs = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "place"], name="stage_place"),
            models.UniqueConstraint(fields=["plan", "place"], name="stage_of_plan_place"),
            models.CheckConstraint(
                condition=Q(campaign__isnull=True) ^ Q(plan__isnull=True),
                name="stage_of_campaign_or_plan",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="stage_ends_after_it_starts"
            ),
        ]


class Plan(models.Model):
    """One paper of a campaign: its master plan, a topic's, a sector's, or a year's key points."""

    class Kind(models.TextChoices):
        MASTER = "master", _("master plan")
        TOPIC = "topic", _("topic plan")
        SECTOR = "sector", _("sector plan")
        YEARLY = "yearly", _("key points of a year")
        PACKAGE = "package", _("package of measures")
        BESIDE = "beside", _("plan beside the campaign’s own")
        OTHER = "other", _("another plan")
        #: It gives no tasks: other plans name which of its items they carry out.
        TEXT = "text", _("text from above")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="plans")
    #: The plan above, of which this is the break-down for ``area``.
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    #: The plan from which it was broken down in the end, over however many levels.
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    #: 文号, issuer and day as the paper says them.
    number = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)
    issuer = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    issued_on = models.DateField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    #: The paper's own text, where it was read from one: lines point into it.
    text = models.TextField(blank=True)
    #: One up with each change: a page that saw an older one is refused.
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)
    #: Why, though days don't fit or elements lack (ruling/rules.py).
    published_because = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "unit"], condition=Q(parent__isnull=False), name="plan_below_once"
            )
        ]
        indexes = [models.Index(fields=["path", "status", "-starts_on", "-id"], name="plan_path")]

    def __str__(self) -> str:
        return self.title

    def stages_offered(self) -> list[Stage]:
        """What its lines choose from: its own, else the plan's above, else the campaign's."""
        either = Q(plan=self.root_id or self.pk) | Q(campaign=self.campaign_id)
        rows = list(Stage.objects.filter(either).order_by("place"))
        return [row for row in rows if row.plan_id is not None] or rows


class Line(models.Model):
    """A task, goal or requirement as a plan says it. Fixed once the plan is published."""

    class Kind(models.TextChoices):
        TASK = "task", _("task")
        GOAL = "goal", _("goal")
        REQUIREMENT = "requirement", _("requirement")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="lines")
    place = models.IntegerField()
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.TASK)
    #: As the paper numbers it ("三（一）2.").
    no = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    section = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    text = models.TextField()
    basis = models.TextField(blank=True)
    #: Codes with commas around each.
    sectors = models.CharField(max_length=300, blank=True)
    #: Where it stands in the plan's text, in code points.
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    starts_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    #: How the paper says it ("每季度末", "12月20日前").
    due_text = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="lines")
    #: Answers to the office's template of elements (五要件), by its names.
    elements = models.JSONField(default=dict)
    #: What is wanted as proof.
    evidence = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "place"], name="line_place")]


class LineUnit(models.Model):
    """A unit that a line names, as it names it, and which of ours that is."""

    class Role(models.TextChoices):
        LEAD = "lead", _("lead unit")
        SUPPORT = "support", _("supporting unit")

    line = models.ForeignKey(Line, models.CASCADE, related_name="units")
    role = models.CharField(max_length=10, choices=Role)
    place = models.SmallIntegerField(default=0)
    name = models.CharField(max_length=TITLE_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "role", "place"], name="line_unit_place")
        ]


class Target(models.Model):
    """A number that a line sets, or a direction. What it measures may be counted by the ledger."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="targets")
    place = models.SmallIntegerField()
    #: number, threshold, existing, change, slogan, trend or curb (reading/target.py).
    kind = models.CharField(max_length=12)
    #: In the smallest unit: 68.62 % is 6862 with two ``digits``. None where it is a direction.
    value = models.BigIntegerField(null=True)
    digits = models.SmallIntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True)
    #: ">=", "<=", "=" or empty.
    comparator = models.CharField(max_length=4, blank=True)
    object = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    baseline = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: increase or decrease, where the number is a change.
    direction = models.CharField(max_length=10, blank=True)
    #: Of each … it is wanted (各州市, 每季度).
    per = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    text = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    #: The kind of fact that counts it, and of which labels; else units declare it.
    counted = models.CharField(max_length=60, blank=True)
    counted_where = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "place"], name="target_place")]
