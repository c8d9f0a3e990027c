"""What a target is measured against where the ledger doesn't reach back that far."""

from __future__ import annotations

from django.db import models

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models.limits import TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Target


class BaseFigure(models.Model):
    """A unit's declaration of what was counted in a base year; its fact bears this id as batch.

    A later declaration takes its place: the old one stays, and its fact is reversed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    target = models.ForeignKey(Target, models.PROTECT, related_name="bases")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    year = models.IntegerField()
    value = models.BigIntegerField()
    #: Where the number stands: a yearbook, a paper.
    source = models.CharField(max_length=TITLE_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["target", "area"], name="base_of_target")]
