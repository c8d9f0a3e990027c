"""Hearings (听取汇报): which body must hear of a campaign how often, and what it decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Line, Plan


class HearingRule(models.Model):
    """A body that hears of a campaign every so many months. A rule ends; it isn't deleted."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="hearing_rules")
    #: 常务会议, 安委会全体会议, or as the office calls it.
    body = models.CharField(max_length=NAME_CHARS_MAX)
    months = models.SmallIntegerField()
    first_on = models.DateField()
    #: The paper that says so.
    basis = models.CharField(max_length=200, blank=True)
    ended_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "body"], condition=Q(ended_on=None), name="hearing_rule_once"
            )
        ]


class Hearing(models.Model):
    """One hearing, due or held. State, the day it is due and history are its case's."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="campaign_hearing"
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="hearings")
    #: None: held without a rule that asks for it.
    rule = models.ForeignKey(HearingRule, models.PROTECT, null=True, related_name="hearings")
    body = models.CharField(max_length=NAME_CHARS_MAX)
    held_on = models.DateField(null=True)
    #: As the minutes call it ("市政府第32次常务会议").
    meeting = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    #: The plan that holds what was decided; each line of it is a task.
    plan = models.OneToOneField(Plan, models.PROTECT, null=True, related_name="hearing")


class Decision(models.Model):
    """What a hearing decided: a line of its plan, which a task answers for."""

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="decisions")
    line = models.OneToOneField(Line, models.PROTECT, related_name="decision")
