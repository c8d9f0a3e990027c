"""Which rules support what a plan asks for (配套制度): a text of the library, or a measure."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX
from anlan.domain.campaigns.models.plans import Line


class SupportingRule(models.Model):
    """A rule that supports a line. Whether it is in force, it says itself: nothing is copied."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="supported_by")
    text = models.ForeignKey("library.Text", models.PROTECT, null=True, related_name="supports")
    measure = models.ForeignKey(
        "measures.Measure", models.PROTECT, null=True, related_name="supports"
    )
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(text__isnull=True) ^ Q(measure__isnull=True), name="supporting_one"
            ),
            models.UniqueConstraint(
                fields=["line", "text"], condition=Q(text__isnull=False),
                name="supporting_text_once",
            ),
            models.UniqueConstraint(
                fields=["line", "measure"], condition=Q(measure__isnull=False),
                name="supporting_measure_once",
            ),
        ]  # fmt: skip
