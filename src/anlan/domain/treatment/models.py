"""A plan for one failing enterprise: its findings, and for each a measure with all that it takes.

State, deadline, parties and history are the case's; progress is the state of the hazards.
"""

from __future__ import annotations

from django.db import models

NAME_CHARS_MAX = 120
TEXT_CHARS_MAX = 1_000


class RemedyPlan(models.Model):
    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="remedy_plan"
    )
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    #: What the plan shall reach, in the office's words.
    aim = models.TextField(blank=True)
    #: What the enterprise reported, and what the acceptance found.
    result = models.TextField(blank=True)
    opinion = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class RemedyMeasure(models.Model):
    """One finding of the plan, with its measure, who answers for it, until when, at what cost."""

    plan = models.ForeignKey(RemedyPlan, models.PROTECT, related_name="measures")
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="remedy_measures")
    order = models.SmallIntegerField()
    measure = models.TextField()
    responsible = models.CharField(max_length=NAME_CHARS_MAX)
    due_on = models.DateField()
    #: In fen (1/100 yuan).
    funds = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "hazard"], name="remedy_finding_once")
        ]
