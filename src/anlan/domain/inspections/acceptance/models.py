"""What an acceptance against a set of items found at an enterprise (验收), item by item."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX

NAME_CHARS_MAX, NOTE_CHARS_MAX, GROUND_CHARS_MAX = 120, 300, 300


class Acceptance(models.Model):
    """One set of items held against one enterprise on one day. Withdrawn, never deleted.

    Area and sector are those of that day, so that a figure stays where it was counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule_set = models.ForeignKey("library.RuleSet", models.PROTECT, related_name="+")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector = models.ForeignKey(
        "accounts.Sector", models.PROTECT, null=True, related_name="+", db_index=False
    )
    on = models.DateField()
    #: Who was there, in words; who entered it follows.
    visitor = models.CharField(max_length=NAME_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    user_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    #: Items by what was found; those that don't apply here are neither.
    met = models.IntegerField()
    failed = models.IntegerField()
    note = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-on", "-id"], name="acceptance_area")]

    @property
    def passed(self) -> bool:
        return self.failed == 0


class AcceptanceItem(models.Model):
    """What was found of one item, with its words as they stood that day."""

    class Outcome(models.TextChoices):
        MET = "met", pgettext_lazy("acceptance", "met")
        FAILED = "failed", pgettext_lazy("acceptance", "not met")
        APART = "apart", pgettext_lazy("acceptance", "doesn’t apply")

    acceptance = models.ForeignKey(Acceptance, models.PROTECT, related_name="items")
    place = models.SmallIntegerField()
    item = models.ForeignKey("library.RuleItem", models.PROTECT, related_name="+")
    words = models.TextField()
    #: The article that asks for it, as a reader names it.
    ground = models.CharField(max_length=GROUND_CHARS_MAX, blank=True)
    outcome = models.CharField(max_length=6, choices=Outcome)
    remark = models.TextField(blank=True)
    #: What became of an item that wasn't met.
    hazard = models.OneToOneField(
        "hazards.Hazard", models.PROTECT, null=True, related_name="acceptance_item"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["acceptance", "place"], name="acceptance_item_place")
        ]
