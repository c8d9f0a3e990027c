"""Schemes with their versions, points given by units, runs with their scores, and appeals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.assessments import spec as specs
from anlan.domain.assessments import spec_text
from anlan.domain.assessments.loop import state_label
from anlan.kernel.accounts.records import SealedRecord
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind, Period
from anlan.kernel.indicators.arithmetic import rounded

NAME_CHARS_MAX, NOTE_CHARS_MAX = 120, 500
PERIOD_CHARS_MAX = 30
#: Digits of an exact number as text: a sum of a hundred fractions fits.
EXACT_CHARS_MAX = 400


class Scheme(models.Model):
    """An office's way of assessing those below it. What it says is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: The office that keeps it.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-id"], name="scheme_by_area")]

    def __str__(self) -> str:
        return self.name


class Version(SealedRecord):
    """What a scheme says. A draft changes; once in force it never does again."""

    SEALED = ("scheme_id", "number", "spec", "in_force_at")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    spec = models.JSONField()
    #: One up with each change of a draft: two people can't overwrite each other.
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=NAME_CHARS_MAX)
    #: Null: a draft.
    in_force_at = models.DateTimeField(null=True)
    in_force_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="scheme_version_once"),
            models.UniqueConstraint(
                fields=["scheme"], condition=Q(in_force_at=None), name="scheme_one_draft"
            ),
        ]

    @property
    def read(self) -> specs.Spec:
        return spec_text.read(self.spec)


class ItemTask(models.Model):
    """A campaign's task whose work an item assesses: entered once, it counts in both by itself."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="tasks")
    item = models.CharField(max_length=specs.CODE_CHARS_MAX)
    task = models.ForeignKey("campaigns.Task", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "item", "task"], name="item_task_once")
        ]


class Scorer(models.Model):
    """A unit that gives points under a scheme, as its version in force says."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="scorers")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "unit"], name="scorer_once")]


class Mark(models.Model):
    """Points that a named unit gave, with its evidence. The latest counts; none is overwritten."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="marks")
    item = models.CharField(max_length=specs.CODE_CHARS_MAX)
    period = models.CharField(max_length=PERIOD_CHARS_MAX)
    subject = models.CharField(max_length=40)
    points = models.DecimalField(max_digits=12, decimal_places=6)
    evidence = models.TextField()
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    who = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        indexes = [
            models.Index(fields=["scheme", "period", "item", "subject", "-at"], name="mark_latest")
        ]


class Audience(models.TextChoices):
    """Who sees a published ranking beside the office that keeps it and those above."""

    OWN = "own", _("each of those compared its own score alone")
    RANKING = "ranking", _("everybody in the area the ranking, each its own parts")
    PARTS = "parts", _("everybody in the area the ranking and all parts")


class Run(SealedRecord):
    """One working out of a scheme for a period, from the ledger as known at a mark.

    A run that was published never changes. What is worked out again is another run: the newest
    published one of a period stands, those before it stay to be seen.
    """

    SEALED = (
        "version_id", "period", "through", "known_at", "frozen", "published_at", "audience",
    )  # fmt: skip
    #: A list of many shows the others; the ranking itself isn't opened.
    CHECKED_ON_READ = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="runs")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="runs")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: The office that keeps the scheme.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    period = models.CharField(max_length=PERIOD_CHARS_MAX)
    starts = models.DateField()
    #: The last whole day that it counts; before the period's end where that isn't over.
    through = models.DateField()
    #: What the ledger knew at this moment is what counts, for ever.
    known_at = models.DateTimeField()
    #: Counted within its scheme and period.
    number = models.SmallIntegerField()
    #: What the figures were: definitions of indicators, regions and factors of the compared.
    frozen = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    #: Why it was worked out again.
    reason = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    audience = models.CharField(max_length=10, choices=Audience, blank=True)
    #: The newest published one of its scheme and period.
    stands = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "period", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["scheme", "period"], condition=Q(stands=True), name="run_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(audience=""), name="run_published_for_somebody"
            ),
        ]
        indexes = [models.Index(fields=["path", "-starts", "-id"], name="run_by_area")]

    @property
    def span(self) -> Period:
        return periods.parse(self.period)

    @property
    def period_label(self) -> str:
        """What people call its period; a stage by its name, which the version keeps."""
        span = self.span
        # Only a stage needs the scheme read: a list of many shows the others.
        return self.spec.label(span) if span.kind is Kind.SPAN else span.label

    @property
    def is_over(self) -> bool:
        """Whether it covers its whole period."""
        return self.through >= self.span.end

    @property
    def spec(self) -> specs.Spec:
        return self.version.read


class Score(SealedRecord):
    """One of those compared, in one run. Numbers are exact texts; ``shown`` is as printed."""

    SEALED = ("run_id", "subject", "name", "total", "rank", "grade", "data")
    CHECKED_ON_READ = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="scores")
    #: A region's id, or a sector's code.
    subject = models.CharField(max_length=40)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, null=True, related_name="+")
    #: Of a side of a duty letter, where it is a unit of ours.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    #: What it was called on the last day counted.
    name = models.CharField(max_length=NAME_CHARS_MAX)
    total = models.CharField(max_length=EXACT_CHARS_MAX, blank=True)
    shown = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    rank = models.IntegerField(null=True)
    grade = models.CharField(max_length=specs.CODE_CHARS_MAX, blank=True)
    vetoed = models.BooleanField(default=False)
    #: Parts, vetoes, the grade without them.
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "subject"], name="score_once")]
        indexes = [
            models.Index(fields=["run", "rank", "subject"], name="score_by_rank"),
            models.Index(fields=["subject", "run"], name="score_of_subject"),
        ]

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.total) if self.total else None

    def printed(self, digits: int) -> Decimal | None:
        return None if self.exact is None else rounded(self.exact, digits)


class Appeal(models.Model):
    """A scored unit's appeal against its score. State, deadline and history are its case's."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="appeal"
    )
    score = models.ForeignKey(Score, models.PROTECT, related_name="appeals")
    #: The item that it is about; empty: the whole.
    item = models.CharField(max_length=specs.CODE_CHARS_MAX, blank=True)
    text = models.TextField()
    #: What the unit asks for, in points of that item.
    wanted = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    filed_by = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: None while undecided.
    upheld = models.BooleanField(null=True)
    points = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: The run that took its result in.
    result = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+")

    @property
    def state_label(self) -> str:
        return state_label(self.case.state)

    def told(self) -> dict[str, Any]:
        return {"item": self.item, "upheld": self.upheld, "points": str(self.points or "")}
