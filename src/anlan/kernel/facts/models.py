"""The ledger: facts that are added and never changed, and sums that can be thrown away."""

from __future__ import annotations

from django.db import models


class Kind(models.Model):
    """A FactKind that has been posted, interned."""

    code = models.CharField(max_length=60, unique=True)


class LabelSet(models.Model):
    """A set of labels, interned: key is canonical ("grade=major|sector=coal")."""

    key = models.CharField(max_length=300, unique=True)
    labels = models.JSONField()


class Fact(models.Model):
    """+quantity of one kind, at one area, on one day or span, because of a case or a report.

    Quantities are integers in the smallest unit. A correction is another fact; a reversal names
    what it reverses. The database refuses UPDATE and DELETE.
    """

    id = models.BigAutoField(primary_key=True)
    #: The posting transaction: pg_current_xact_id() on PostgreSQL; 0 on SQLite, where ids
    #: commit in order and serve as the mark.
    tx = models.BigIntegerField(default=0)
    kind = models.ForeignKey(Kind, models.PROTECT)
    labels = models.ForeignKey(LabelSet, models.PROTECT)
    #: regions.Region by id, without a constraint: three million rows a year.
    area_id = models.BigIntegerField()
    day = models.DateField()
    #: The last day, where a report covers a span and can't be divided; else null.
    until = models.DateField(null=True)
    unit_id = models.BigIntegerField(null=True)
    quantity = models.BigIntegerField()
    case_id = models.UUIDField(null=True)
    #: Whom a distinct measure counts ("enterprise:4711").
    subject = models.CharField(max_length=60, blank=True)
    batch_id = models.UUIDField(null=True)
    reverses_id = models.BigIntegerField(null=True)
    settings_version = models.IntegerField(default=1)
    posted_at = models.DateTimeField()
