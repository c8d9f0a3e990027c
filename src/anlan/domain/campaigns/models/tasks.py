"""Who answers for what a plan says, how much of it, and what they report."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX
from anlan.domain.campaigns.models.plans import Line, Plan, Target


class Task(models.Model):
    """A unit's answer for a line. State, deadline, area and history are its case's."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="campaign_task"
    )
    #: In whose tree it stands; ``line`` is that plan's own, or one of a plan above it.
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="tasks")
    line = models.ForeignKey(Line, models.PROTECT, related_name="tasks")
    #: The task above, of which this is a part.
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    #: Who answers for it in person.
    person = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    starts_on = models.DateField()
    #: As the unit's last report says it, in whole per cent.
    progress = models.SmallIntegerField(default=0)
    reported_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["plan", "line"], name="task_of_plan")]

    @property
    def is_inherited(self) -> bool:
        """规定动作: its line is another plan's."""
        return self.line.plan_id != self.plan_id


class Quota(models.Model):
    """How much of a target a task must bring, in the target's smallest unit."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="quotas")
    target = models.ForeignKey(Target, models.PROTECT, related_name="quotas")
    value = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "target"], name="quota_once")]


class Report(models.Model):
    """What a unit says of its task on a day. Returned ones stay, with the reason."""

    class Status(models.TextChoices):
        SENT = "sent", _("to be read")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="reports")
    status = models.CharField(max_length=10, choices=Status, default=Status.SENT)
    day = models.DateField()
    progress = models.SmallIntegerField()
    text = models.TextField()
    #: What was reached so far of targets that nobody counts, by the target's id.
    reached = models.JSONField(default=dict)
    #: Why no proof hangs on it, where the line wants some.
    no_evidence = models.TextField(blank=True)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["task", "-at"], name="report_of_task")]
