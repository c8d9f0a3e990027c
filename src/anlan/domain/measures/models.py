"""Measures that came out of problems, what they answer, who took them up, and good practice."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.measures.loop import state_label

TITLE_CHARS_MAX, NUMBER_CHARS_MAX, NAME_CHARS_MAX, SECTORS_CHARS_MAX = 200, 80, 120, 300


class Kind(models.TextChoices):
    LAW = "law", _("law or regulation")
    RULE = "rule", _("rule")
    STANDARD = "standard", _("standard")
    MECHANISM = "mechanism", _("mechanism")
    PROJECT = "project", _("project")
    # 责任链条 and 管理办法 are counted apart from rules where results are told by their kinds.
    DUTY_CHAIN = "duty_chain", _("duty chain")
    METHOD = "method", _("administrative method")


class Level(models.TextChoices):
    """Whose measure it is: its area's, or an enterprise's own."""

    NATION = "nation", _("nation")
    PROVINCE = "province", _("province")
    PREFECTURE = "prefecture", _("prefecture")
    COUNTY = "county", _("county")
    TOWNSHIP = "township", _("township")
    ENTERPRISE = "enterprise", _("enterprise")


class MakingPlan(models.Model):
    """What a unit sets out to make in a year (规范性文件拟制计划), reviewed by another person."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan of a year", "draft")
        SUBMITTED = "submitted", pgettext_lazy("plan of a year", "to be reviewed")
        APPROVED = "approved", pgettext_lazy("plan of a year", "approved")
        RETURNED = "returned", pgettext_lazy("plan of a year", "sent back")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    #: Who handed it in; nobody who wrote in it reviews it (Wrote).
    user_id = models.BigIntegerField(null=True)
    opinion = models.TextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="making_plan_once")]
        indexes = [models.Index(fields=["path", "-year", "-id"], name="making_plan_path")]

    def __str__(self) -> str:
        return self.title


class Measure(models.Model):
    """A law, rule, standard, mechanism, project, duty chain or method.

    State, deadline and history are its case's.
    The case's grade is its kind, the case's source its level, the case's unit who keeps it.
    """

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="measure"
    )
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    #: 文号, or the standard's number; empty until there is one.
    number = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)
    text = models.TextField(blank=True)
    #: 解决的问题 in words; what is entered here is linked as well (Answered).
    problem = models.TextField(blank=True)
    #: 牵头单位, and who answers for it in person.
    lead = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    person = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: The plan of a year that it stands in.
    plan = models.ForeignKey(MakingPlan, models.PROTECT, null=True, related_name="measures")
    #: What its examination (审核) said, and whether it passed; a later text is examined anew.
    examined_at = models.DateTimeField(null=True)
    examined_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: Codes with commas around each; the first entered is the case's.
    sectors = models.CharField(max_length=SECTORS_CHARS_MAX, blank=True)
    #: 长效评估: how it works out.
    effect = models.TextField(blank=True)
    adopted_on = models.DateField(null=True)
    in_force_on = models.DateField(null=True)
    #: The last day it was in force is the day before.
    ended_on = models.DateField(null=True)

    @property
    def kind_label(self) -> str:
        return str(dict(Kind.choices).get(self.case.grade, self.case.grade))

    @property
    def level_label(self) -> str:
        return str(dict(Level.choices).get(self.case.source, self.case.source))

    @property
    def state_label(self) -> str:
        return state_label(self.case.state)


class Answered(models.Model):
    """A problem that a measure answers (整改一个问题、固化一项机制): a hazard, or one on a list."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="answers")
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, null=True, related_name="measures")
    item = models.ForeignKey("lists.Item", models.PROTECT, null=True, related_name="measures")
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hazard__isnull=True) ^ Q(item__isnull=True), name="answered_one"
            ),
            models.UniqueConstraint(
                fields=["measure", "hazard"], condition=Q(hazard__isnull=False),
                name="answered_hazard_once",
            ),
            models.UniqueConstraint(
                fields=["measure", "item"], condition=Q(item__isnull=False),
                name="answered_item_once",
            ),
        ]  # fmt: skip


class Follows(models.Model):
    """What a measure does to an earlier one (改、废、释)."""

    class How(models.TextChoices):
        REVISES = "revises", pgettext_lazy("measure", "revises")
        REPLACES = "replaces", pgettext_lazy("measure", "replaces")
        INTERPRETS = "interprets", pgettext_lazy("measure", "interprets")

    #: What the earlier one becomes once the later one is in force.
    ENDS = {How.REVISES: "revise", How.REPLACES: "repeal"}

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="earlier")
    earlier = models.ForeignKey(Measure, models.PROTECT, related_name="later")
    how = models.CharField(max_length=10, choices=How)
    at = models.DateTimeField()
    who = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "earlier"], name="follows_once"),
            models.CheckConstraint(
                condition=~Q(measure=models.F("earlier")), name="follows_another"
            ),
        ]


class Practice(models.Model):
    """Good practice (好经验好做法), told so that others take it up; first it is reviewed."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("practice", "to be reviewed")
        PUBLISHED = "published", pgettext_lazy("practice", "published")
        RETURNED = "returned", pgettext_lazy("practice", "sent back")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    text = models.TextField()
    sectors = models.CharField(max_length=SECTORS_CHARS_MAX, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    #: Who wrote it last; nobody who wrote of it reviews it (Wrote).
    user_id = models.BigIntegerField(null=True)
    #: One up with each change: nobody publishes words that they haven't read.
    version = models.IntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.PUBLISHED)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    opinion = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-made_at", "-id"], name="practice_path")]

    def __str__(self) -> str:
        return self.title


class Wrote(models.Model):
    """Each person who wrote of what another is to review, not only the last one."""

    practice = models.ForeignKey(Practice, models.PROTECT, null=True, related_name="writers")
    plan = models.ForeignKey(MakingPlan, models.PROTECT, null=True, related_name="writers")
    user_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(practice__isnull=True) ^ Q(plan__isnull=True), name="wrote_one"
            ),
            models.UniqueConstraint(
                fields=["practice", "user_id"], condition=Q(practice__isnull=False),
                name="wrote_practice_once",
            ),
            models.UniqueConstraint(
                fields=["plan", "user_id"], condition=Q(plan__isnull=False),
                name="wrote_plan_once",
            ),
        ]  # fmt: skip


class TakenUp(models.Model):
    """A unit that took a measure or a practice up, and since when."""

    measure = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="taken_up")
    practice = models.ForeignKey(Practice, models.PROTECT, null=True, related_name="taken_up")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    day = models.DateField()
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(measure__isnull=True) ^ Q(practice__isnull=True), name="taken_up_one"
            ),
            models.UniqueConstraint(
                fields=["measure", "unit"], condition=Q(measure__isnull=False),
                name="measure_taken_up_once",
            ),
            models.UniqueConstraint(
                fields=["practice", "unit"], condition=Q(practice__isnull=False),
                name="practice_taken_up_once",
            ),
        ]  # fmt: skip
