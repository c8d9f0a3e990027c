"""Registers of accidents that came as workbooks: how they are read, what became of their rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

from anlan.base.ids import uuid7
from anlan.domain.accidents.models.register import NAME_CHARS_MAX
from anlan.kernel.papers.batches import SentBatch, SentFile

MAPPING_NAME_CHARS_MAX = 40


class Mapping(models.Model):
    """How a source lays out its register, under the name by which an office chooses it again.

    ``plan`` is what importing/plan.py reads. A batch holds a copy of its own, so that what was
    read years ago still says by which table it was classified.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=MAPPING_NAME_CHARS_MAX)
    plan = models.JSONField(default=dict)
    #: Counts up with each change; the audit trail holds what it was before.
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="accident_mapping")]


class Batch(SentBatch):
    """A register that one sender handed in; ``plan`` is the mapping it is read by.

    ``cursor`` is {"at": n}: so many of its accidents are dealt with.
    """

    #: Which mapping it was proposed by; it names the source on each accident.
    source = models.CharField(max_length=MAPPING_NAME_CHARS_MAX)
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


class Leftover(models.Model):
    """A row to be mended, by its place; the row itself stays in the kept workbook."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="leftovers")
    sheet = models.CharField(max_length=120)
    row = models.IntegerField()
    column = models.CharField(max_length=12, blank=True)
    header = models.CharField(max_length=200, blank=True)
    #: What is wrong and how to mend it, by language.
    reasons = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["batch", "sheet", "row"], name="accident_leftover_row")]

    @property
    def reason(self) -> str:
        known: dict[str, str] = self.reasons
        return known.get(get_language() or "") or known.get(settings.LANGUAGE_CODE, "")
