"""Records of daily work that carry out a task (同步推进): hazards, papers, visits, sweeps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.domain.campaigns.models.tasks import Task

KINDS = ("case", "sweep", "visit")


def _only(kind: str) -> Q:
    return Q(**{f"{one}__isnull": one != kind for one in KINDS})


class TaskRecord(models.Model):
    """A record that belongs to a task. It may belong to several, and counts once in each."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="records")
    #: A case of daily work: a hazard, a listed problem, a paper of supervision …
    case = models.ForeignKey("loop.Case", models.PROTECT, null=True, related_name="+")
    #: Or a whole sweep, with all hazards that its visits found.
    sweep = models.ForeignKey("inspections.Sweep", models.PROTECT, null=True, related_name="+")
    #: Or one visit, with what it found, of a sweep that is no task's as a whole.
    visit = models.ForeignKey("inspections.Visit", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "case"], condition=Q(case__isnull=False), name="task_case_once"
            ),
            models.UniqueConstraint(
                fields=["task", "sweep"], condition=Q(sweep__isnull=False), name="task_sweep_once"
            ),
            models.UniqueConstraint(
                fields=["task", "visit"], condition=Q(visit__isnull=False), name="task_visit_once"
            ),
            models.CheckConstraint(
                condition=_only("case") | _only("sweep") | _only("visit"), name="task_record_is_one"
            ),
        ]
