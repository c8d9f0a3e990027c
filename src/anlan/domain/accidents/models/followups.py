"""What follows an accident: measures of its inquiry, lessons for others, terms of a restart."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.accidents.models.register import NAME_CHARS_MAX, PLACE_CHARS_MAX, Accident


class FollowUp(models.Model):
    """One thing that somebody is to do because of an accident, answered and judged by others.

    A measure of the inquiry's report is judged by itself; a lesson goes to each unit that is to
    look for the same; a term stands between a stopped mine or plant and its restart.
    """

    class Kind(models.TextChoices):
        MEASURE = "measure", _("measure of the inquiry")
        LESSON = "lesson", _("lesson: look for the same")
        TERM = "term", _("term of the restart")

    class Verdict(models.TextChoices):
        DONE = "done", pgettext_lazy("followup", "done")
        PARTLY = "partly", pgettext_lazy("followup", "partly done")
        NOT_DONE = "not_done", pgettext_lazy("followup", "not done")

    #: Its case's as well: what stands in the worklist has its case's number.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: None of those that were told before follow-ups had one.
    case = models.OneToOneField("loop.Case", models.PROTECT, null=True, related_name="followup")
    accident = models.ForeignKey(Accident, models.PROTECT, related_name="followups")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.TextField()
    #: Where it comes from: the report's section, or the office's terms with their version.
    source = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)
    #: Who is to do it and answers.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    answer = models.TextField(blank=True)
    #: Hazards of the same kind that were found elsewhere; of a lesson. Those on record stand in
    #: ``hazards``; what was settled on the spot or lies elsewhere is in this number alone.
    found = models.IntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answerer = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    answered_by = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    #: How it was checked: the evidence.
    evidence = models.TextField(blank=True)
    judged_at = models.DateTimeField(null=True)
    judge = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["accident", "kind"], name="followup_accident"),
            models.Index(
                fields=["unit", "due_on"], name="followup_open",
                condition=Q(answered_at=None, withdrawn_at=None),
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=Q(found=None) | Q(found__gte=0), name="followup_found")
        ]


class FoundHazard(models.Model):
    """One hazard that was found because of a lesson."""

    followup = models.ForeignKey(FollowUp, models.CASCADE, related_name="hazards")
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["followup", "hazard"], name="found_hazard_once")
        ]


class RestartTerms(models.Model):
    """What an office wants to be shown before a stopped mine or plant starts again; a version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    version = models.IntegerField()
    #: Sentences, in their order.
    items = models.JSONField(default=list)
    source = models.CharField(max_length=PLACE_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "version"], name="restart_terms_once")
        ]
