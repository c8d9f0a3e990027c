"""Which items of another plan a plan's lines carry out (细化分解): fifteen measures in fifty."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.domain.campaigns.models.plans import Line


class Derived(models.Model):
    """A line that carries out an item of another plan; of both there may be several."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="derives_from")
    #: A line of a plan in force: its words stand, and it is never taken out.
    item = models.ForeignKey(Line, models.PROTECT, related_name="derived")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "item"], name="derived_once"),
            models.CheckConstraint(
                condition=~Q(line=models.F("item")), name="derived_from_another"
            ),
        ]
