"""Steps of a task with days of their own (里程碑), and the catalogue of key tasks."""

from __future__ import annotations

from django.db import models

from anlan.domain.campaigns.models.limits import TITLE_CHARS_MAX
from anlan.domain.campaigns.models.tasks import Report, Task


class Milestone(models.Model):
    """What has to be there by a day on the way to a task's end; reached by a report, or late."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="milestones")
    place = models.SmallIntegerField()
    name = models.CharField(max_length=TITLE_CHARS_MAX)
    due_on = models.DateField()
    reached_on = models.DateField(null=True)
    #: The report that says so; returned, it is reached no more.
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="milestones")
    #: When the clock told the units that it is late (提示).
    told_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "place"], name="milestone_place")]
        indexes = [
            # What the clock looks through: few, whatever the number of tasks.
            models.Index(
                fields=["due_on"], condition=models.Q(reached_on=None), name="milestone_open"
            )
        ]


class KeyTask(models.Model):
    """A task in the catalogue of key tasks (重点任务目录清单)."""

    task = models.OneToOneField(Task, models.PROTECT, primary_key=True, related_name="key_task")
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
