"""What an area puts out in a year or a quarter (GDP, coal, people employed), as stated."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.accidents.models.register import NAME_CHARS_MAX, PLACE_CHARS_MAX


class OutputFigure(models.Model):
    """One stated figure, with its source and author; the number that counts is its fact's.

    It is never changed: another one follows it, or it is withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: The kind of fact.
    kind = models.CharField(max_length=60)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    period = models.CharField(max_length=40)
    start = models.DateField()
    end = models.DateField()
    #: In the kind's smallest unit.
    value = models.BigIntegerField()
    source = models.CharField(max_length=PLACE_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    user_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    ended_because = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-start", "-id"], name="output_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "area", "start", "end"], condition=Q(ended_at=None),
                name="output_once",
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0, start__lte=F("end")), name="output_positive"
            ),
        ]  # fmt: skip
