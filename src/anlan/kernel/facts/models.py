"""The ledger: facts that are added and never changed, and sums that can be thrown away."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.paths import PATH_CHARS_MAX

LABELS_CHARS_MAX = 300


class Kind(models.Model):
    """A FactKind that has been posted, interned."""

    code = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.code


class LabelSet(models.Model):
    """A set of labels, interned: key is canonical ("grade=major|sector=coal")."""

    key = models.CharField(max_length=LABELS_CHARS_MAX, unique=True)
    #: The set with this one's sector and nothing else; null where that is this one.
    by_sector_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.key


class LabelValue(models.Model):
    """One label of a set, so that a statement can group and filter by it without a cache.

    A set has one value for each name, except for topics, which overlap (有交叉) and have many.
    """

    pk = models.CompositePrimaryKey("name", "labels_id", "value")
    name = models.CharField(max_length=30)
    labels = models.ForeignKey(LabelSet, models.PROTECT, db_index=False, db_constraint=False)
    value = models.CharField(max_length=60)


class Span(models.IntegerChoices):
    """How finely a fact can be divided."""

    DAY = 0, _("a day")
    MONTH = 1, _("several days of one month")
    LONGER = 2, _("days of several months")


class Fact(models.Model):
    """+quantity of one kind, at one area, on one day or span, because of a case or a report.

    Quantities are integers in the smallest unit. A correction is another fact; a reversal names
    what it reverses. The database refuses UPDATE and DELETE.

    No column has a constraint to another table: a million rows that name one kind would queue at
    that kind's row (PostgreSQL locks what a foreign key names). Interned rows can't be deleted
    either, and ``./anlan check`` looks for facts that name nothing.
    """

    id = models.BigAutoField(primary_key=True)
    #: Orders facts by the transaction that posted them, across clusters (see sql.py); the
    #: database sets it. 0 on SQLite, where ids commit in order and serve as the mark.
    tx = models.BigIntegerField(db_default=0)
    kind = models.ForeignKey(Kind, models.PROTECT, db_index=False, db_constraint=False)
    labels = models.ForeignKey(LabelSet, models.PROTECT, db_index=False, db_constraint=False)
    #: regions.Region by id.
    area_id = models.BigIntegerField()
    day = models.DateField()
    #: The last day, where a report covers a span and can't be divided; else null.
    until = models.DateField(null=True)
    span = models.SmallIntegerField(choices=Span, default=Span.DAY)
    unit_id = models.BigIntegerField(null=True)
    quantity = models.BigIntegerField()
    case_id = models.UUIDField(null=True)
    #: Whom a distinct measure counts ("enterprise:4711").
    subject = models.CharField(max_length=60, blank=True)
    batch_id = models.UUIDField(null=True)
    reverses_id = models.BigIntegerField(null=True)
    settings_version = models.IntegerField(default=1)
    posted_at = models.DateTimeField()

    class Meta:
        indexes = [
            # What is read without cells is read from here alone.
            models.Index(
                "area_id", "kind", "day", "span", "labels", "quantity", name="fact_area_kind_day"
            ),
            models.Index("case_id", name="fact_case", condition=Q(case_id__isnull=False)),
            models.Index("batch_id", name="fact_batch", condition=Q(batch_id__isnull=False)),
            models.Index("span", "kind", "day", name="fact_span", condition=Q(span__gt=0)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reverses_id"], condition=Q(reverses_id__isnull=False), name="fact_reversed"
            ),
            models.CheckConstraint(
                condition=Q(until=None, span=0) | Q(until__isnull=False, span__in=[1, 2]),
                name="fact_span_fits",
            ),
        ]


class Occurrence(models.Model):
    """How often a subject occurred in a distinct measure's period, and where it was counted.

    The first occurrence posts +1; the last one withdrawn takes it back from the same place.
    """

    pk = models.CompositePrimaryKey("kind_id", "subject", "period_start")
    kind = models.ForeignKey(Kind, models.PROTECT, db_index=False, db_constraint=False)
    subject = models.CharField(max_length=60)
    period_start = models.DateField()
    times = models.IntegerField()
    area_id = models.BigIntegerField()
    labels = models.ForeignKey(LabelSet, models.PROTECT, db_index=False, db_constraint=False)
    day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(times__gte=0), name="occurrence_not_negative")
        ]


class Fold(models.Model):
    """A moment at which facts were summed: every fact before ``mark`` is in the cells.

    ``at`` never goes back, even if the clock does. Folds are what "as known at" refers to.
    """

    mark = models.BigIntegerField()
    at = models.DateTimeField(unique=True)
    #: The local month of ``at``, as 202406.
    learnt = models.IntegerField()
    #: How many facts all folds so far took in.
    facts = models.BigIntegerField()


class Detail(models.IntegerChoices):
    """Which labels a cell still tells apart. Most tables are by sector or by none."""

    ALL = 0
    SECTOR = 1
    NONE = 2


class MonthCell(models.Model):
    """Sum of the facts of one kind and label set, at an area and everything below it, in a month.

    ``month`` is 202406; ``learnt`` is the month in which the facts were folded. With no detail
    the label set is 0. sql.py says down to which level there are cells.
    """

    pk = models.CompositePrimaryKey("kind_id", "area_id", "detail", "month", "labels_id", "learnt")
    kind = models.ForeignKey(Kind, models.PROTECT, db_index=False, db_constraint=False)
    area_id = models.BigIntegerField()
    detail = models.SmallIntegerField(choices=Detail)
    month = models.IntegerField()
    labels = models.ForeignKey(LabelSet, models.PROTECT, db_index=False, db_constraint=False)
    learnt = models.IntegerField()
    quantity = models.BigIntegerField()


class DayCell(models.Model):
    """The same by day."""

    pk = models.CompositePrimaryKey("kind_id", "area_id", "detail", "day", "labels_id", "learnt")
    kind = models.ForeignKey(Kind, models.PROTECT, db_index=False, db_constraint=False)
    area_id = models.BigIntegerField()
    detail = models.SmallIntegerField(choices=Detail)
    day = models.DateField()
    labels = models.ForeignKey(LabelSet, models.PROTECT, db_index=False, db_constraint=False)
    learnt = models.IntegerField()
    quantity = models.BigIntegerField()


class Cluster(models.Model):
    """Which PostgreSQL cluster's transaction numbers facts carry, and what is added to them.

    One row. A restore into another cluster meets numbers that start low again; the offset lifts
    them above everything that was posted before.
    """

    identifier = models.CharField(max_length=40)
    tx_offset = models.BigIntegerField()
    since = models.DateTimeField()


class Coverage(models.Model):
    """A unit was on the system for kinds beginning with ``kinds``, in an area, for these days.

    Only where some unit was, does the absence of facts mean zero.
    """

    unit_id = models.BigIntegerField()
    area_id = models.BigIntegerField()
    #: "" covers every kind, "hazard." those of one capability.
    kinds = models.CharField(max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index("area_id", name="coverage_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit_id", "area_id", "kinds"],
                condition=Q(until=None),
                name="coverage_once",
            )
        ]


class ReportStatus(models.TextChoices):
    EXPECTED = "expected", _("not reported")  # 未报
    REPORTED = "reported", _("reported")
    NIL = "nil", _("nil report")  # 零报告
    NOT_APPLICABLE = "not_applicable", _("not applicable")  # 不适用


class Expected(models.Model):
    """A report that a unit owes for a kind and a period.

    零报告, 未报 and 不适用 are three things.
    """

    unit_id = models.BigIntegerField()
    area_id = models.BigIntegerField()
    #: The area's path, kept beside it so that lists filter without a join.
    path = models.CharField(max_length=PATH_CHARS_MAX, blank=True, default="")
    #: A kind of fact, or with a dot at its end the beginning of several ("hazard.").
    kind = models.CharField(max_length=60)
    start = models.DateField()
    end = models.DateField()
    #: Until when it is in time; null where none was set.
    due_on = models.DateField(null=True)
    status = models.CharField(max_length=14, choices=ReportStatus, default=ReportStatus.EXPECTED)
    answered_at = models.DateTimeField(null=True)
    #: Who answered, in words, and what they said with it.
    answered_by = models.CharField(max_length=120, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    batch_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_id", "area_id", "kind", "start", "end"], name="expected_once"
            ),
        ]
        indexes = [models.Index("area_id", "kind", "start", name="expected_area")]
