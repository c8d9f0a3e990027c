"""Tasks that count in another campaign as well, and what a campaign counts in its own days."""

from __future__ import annotations

from django.db import models

from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Line, Target


class SharedLine(models.Model):
    """A line of another campaign's plan whose tasks are this campaign's as well.

    The tasks stay where they are, once: both campaigns count them, and a sum over both counts
    each once.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="shared_lines")
    line = models.ForeignKey(Line, models.PROTECT, related_name="shared")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "line"], name="line_shared_once")
        ]


class Counter(models.Model):
    """What a campaign counts from its first day to its last: a kind of fact, or a target."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="counters")
    place = models.SmallIntegerField()
    name = models.CharField(max_length=NAME_CHARS_MAX)
    #: A kind of fact or a rate of the ledger, narrowed to labels; empty: as the target says.
    counted = models.CharField(max_length=60, blank=True)
    counted_where = models.JSONField(default=dict)
    #: Of a plan in force: what counts it counts here, whatever its office chooses later.
    target = models.ForeignKey(Target, models.PROTECT, null=True, related_name="+")
    #: How much is wanted; at most that where it is a ceiling.
    wanted = models.BigIntegerField(null=True)
    is_ceiling = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "place"], name="counter_place")]
