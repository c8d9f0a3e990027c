"""Documents handed in to be read into a plan."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.campaigns.models.limits import TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Plan


class Intake(models.Model):
    """A document that was handed in to be read, and what a person made of each thing found."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("being read")
        READ = "read", _("to be confirmed")
        FAILED = "failed", _("could not be read")
        TAKEN = "taken", _("made into a plan")
        COUNTED = "counted", _("figures entered")
        DROPPED = "dropped", _("put aside")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    name = models.CharField(max_length=TITLE_CHARS_MAX)
    #: What ``./anlan read`` would say of it.
    reading = models.JSONField(default=dict)
    #: By the place of a task in the reading: what a person decided and corrected.
    decisions = models.JSONField(default=dict)
    #: The same of its figures.
    counted = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    why = models.TextField(blank=True)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="intakes")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "-made_at", "-id"], name="intake_of_unit")]

    @property
    def is_open(self) -> bool:
        """Whether its tasks may be decided: entering its figures leaves them as they are."""
        return self.status in (self.Status.READ, self.Status.COUNTED)

    @property
    def is_countable(self) -> bool:
        """Whether its figures may be decided: a document that became a plan has some, too."""
        return self.is_open or self.status == self.Status.TAKEN
