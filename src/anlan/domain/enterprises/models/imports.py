"""Workbooks of enterprises that were sent: how they are read, and what became of each row."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.enterprises.models.register import NAME_CHARS_MAX, Enterprise
from anlan.kernel.papers import mappings
from anlan.kernel.papers.batches import SentBatch, SentFile, SentRow


class Mapping(mappings.SavedMapping):
    """Which heading of a sender's workbooks is which field."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="enterprise_mapping")]


class Batch(SentBatch):
    """A workbook of enterprises; ``plan`` is importing.plan's.

    ``cursor`` is {"at": n}: so many of its rows are dealt with. ``kept`` are ids of entries that
    an undoing left, for somebody has worked with them since.
    """

    #: Which mapping it was proposed by; empty where its columns were guessed.
    source = models.CharField(max_length=mappings.NAME_CHARS_MAX, blank=True)
    #: Of rows that say none of their own.
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    equal = models.IntegerField(default=0)
    #: Rows that tell of an entry that a row above them told of.
    doubled = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    #: Of the others, those that somebody should look at.
    doubtful = models.IntegerField(default=0)
    #: Totals, signatures, notes and headings repeated: no rows of anything.
    aside = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["unit", "-made_at"], name="enterprise_batch_of_unit")]

    @property
    def rows(self) -> int:
        return self.created + self.changed + self.equal + self.doubled + self.refused

    @property
    def rows_tried(self) -> int:
        return sum(self.tried.get(name, 0) for name in Line.Outcome.values)


class BatchFile(SentFile):
    batch = models.OneToOneField(Batch, models.CASCADE, related_name="file")


class Line(SentRow):
    """What becomes of one row: by the dry run, and then really."""

    class Outcome(models.TextChoices):
        CREATED = "created", pgettext_lazy("row", "new")
        CHANGED = "changed", pgettext_lazy("row", "changed")
        EQUAL = "equal", pgettext_lazy("row", "equal")
        DOUBLED = "doubled", pgettext_lazy("row", "doubled")
        REFUSED = "refused", _("to be mended")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="lines")
    outcome = models.CharField(max_length=10, choices=Outcome)
    #: Somebody should look at it; ``reasons`` says why.
    doubtful = models.BooleanField(default=False)
    #: As the row calls it, to be recognised on the page.
    name = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="+")
    #: Of the entry once this row had changed it: a later one says that somebody worked with it
    #: since. 0 where the row changed nothing, or was taken back.
    version = models.IntegerField(default=0)
    #: By column of the entry, what it was and what it is.
    changes: Any = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["batch", "outcome", "id"], name="enterprise_line_outcome")]
