"""Which papers a committee office laid before a body that hears of a campaign (听取汇报)."""

from __future__ import annotations

from django.db import models


class HearingReport(models.Model):
    """A paper that goes up (stage or year report), and the hearing that it is for."""

    hearing = models.ForeignKey("campaigns.Hearing", models.PROTECT, related_name="reports")
    paper = models.OneToOneField("bulletins.Paper", models.PROTECT, related_name="heard_at")
    at = models.DateTimeField()
    who = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["hearing", "id"], name="report_of_hearing")]
