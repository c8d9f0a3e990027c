"""Registers of accidents that came as workbooks: how they are read, what became of their rows."""

from __future__ import annotations

from django.db import models

from anlan.kernel.papers import mappings
from anlan.kernel.papers.batches import SentBatch, SentFile, SentRow


class Mapping(mappings.SavedMapping):
    """How a source lays out its register: ``plan`` is what importing/plan.py reads."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="accident_mapping")]


class Batch(SentBatch):
    """A register that one sender handed in; ``plan`` is the mapping it is read by.

    ``cursor`` is {"at": n}: so many of its accidents are dealt with.
    """

    #: Which mapping it was proposed by; it names the source on each accident.
    source = models.CharField(max_length=mappings.NAME_CHARS_MAX)
    #: Of rows that say none of their own.
    area = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+")
    created = models.IntegerField(default=0)
    #: In the register already, by the source's number or by what tells the row apart.
    known = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    #: Rows that tell of an accident another row told of: their people were added to it.
    joined = models.IntegerField(default=0)
    #: Taken in, with no type: somebody looks at them.
    untyped = models.IntegerField(default=0)
    #: Taken in, with a sum in another currency that stands as it was written.
    unpriced = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["unit", "-made_at"], name="accident_batch_of_unit")]

    @property
    def rows(self) -> int:
        return self.created + self.known + self.rejected + self.joined

    @property
    def rows_tried(self) -> int:
        # What else was counted (without a type, without their loss) is among these rows.
        return sum(self.tried.get(name, 0) for name in ("created", "known", "rejected", "joined"))


class BatchFile(SentFile):
    batch = models.OneToOneField(Batch, models.CASCADE, related_name="file")


class Leftover(SentRow):
    """A row to be mended."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="leftovers")

    class Meta:
        indexes = [models.Index(fields=["batch", "sheet", "row"], name="accident_leftover_row")]
