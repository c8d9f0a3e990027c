"""What a campaign wants there to be: plans, goals against a base year, elements of each task."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Plan


class Expected(models.Model):
    """A plan that the campaign is to have, by name, so that what is missing can be named."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="expected")
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=Plan.Kind)
    name = models.CharField(max_length=TITLE_CHARS_MAX)
    #: Where it says that there is to be such a plan, and how sure that is (A, B, C).
    source = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    #: Which plan it is, where somebody has said so; else one whose title holds the name.
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "place"], name="expected_place")]


class Goal(models.Model):
    """A goal of a campaign, against a base year where it is a change."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("a change against the base year, in per cent")
        VALUE = "value", _("a number to be reached")
        TREND = "trend", _("keeps falling")
        CURB = "curb", _("firmly curbed")
        WORDS = "words", _("in words only")

    class Direction(models.TextChoices):
        DOWN = "down", _("down, or at most")
        UP = "up", _("up, or at least")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="goals")
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=TITLE_CHARS_MAX)
    #: An indicator of the ledger; empty: nobody counts it here.
    indicator = models.CharField(max_length=60, blank=True)
    base_year = models.IntegerField(null=True)
    #: As somebody stated it; where the ledger counts it, its own figure stands instead.
    base_value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    base_source = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    base_author = models.CharField(max_length=120, blank=True)
    base_stated_at = models.DateTimeField(null=True)
    direction = models.CharField(max_length=4, choices=Direction, blank=True)
    #: Per cent of a change, else the number itself.
    aim = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    unit = models.CharField(max_length=20, blank=True)
    due_on = models.DateField(null=True)
    #: Where the goal comes from, and how sure that is (A, B, C).
    source = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "place"], name="goal_place")]


class Elements(models.Model):
    """An office's template of the elements that each task must have (五要件)."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="elements")
    #: [{"name": …, "needed": true, "by": ""}]; ``by``: which part of a line answers it.
    items = models.JSONField(default=list)
    source = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
