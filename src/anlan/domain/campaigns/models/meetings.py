"""Meetings at which a unit goes through a campaign (例会调度), what was said, and the minutes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Line, Plan
from anlan.domain.campaigns.models.tasks import Task


class Meeting(models.Model):
    """A meeting of a unit about a campaign: being prepared, then with minutes, which may be
    corrected: then they are written anew, and the earlier ones stay."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        ISSUED = "issued", _("minutes issued")
        CORRECTED = "correcting", _("minutes being corrected")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="meetings")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Whose meeting it is: the tasks that it goes through are this unit's.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    held_on = models.DateField()
    place = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    chair = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: Who was there, as the minutes name them.
    present = models.TextField(blank=True)
    #: The day with whose end the present state is compared.
    since = models.DateField()
    next_on = models.DateField(null=True)
    #: Points as somebody ordered and wrote them; empty: as the rules make them.
    agenda = models.JSONField(default=list)
    #: One up with each change: a page that saw an older one is refused.
    version = models.IntegerField(default=1)
    #: Why minutes that were issued are written anew.
    why = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "-held_on", "-id"], name="meeting_of_campaign"),
            models.Index(fields=["unit", "campaign", "-held_on"], name="meeting_of_unit"),
        ]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """One who was asked to a meeting, and whether they came."""

    class State(models.TextChoices):
        PRESENT = "present", _("was there")
        LEAVE = "leave", _("away with leave")
        SENT = "sent", _("sent somebody else")
        ABSENT = "absent", _("away without leave")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance")
    place = models.SmallIntegerField()
    #: A unit, a person or both, as the minutes name them.
    who = models.CharField(max_length=TITLE_CHARS_MAX)
    state = models.CharField(max_length=8, choices=State)
    #: Who came instead, or why they were away.
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "place"], name="attendance_place")
        ]


class MeetingItem(models.Model):
    """What the meeting decided, what somebody promised, or what is only noted."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("decision")
        PROMISE = "promise", _("promise")
        NOTE = "note", _("note")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    #: Who does it; of a promise the unit that has the task.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    #: The task that a promise is about.
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="promises")
    #: What became of a decision when the minutes were issued: a line, which a task answers for.
    line = models.OneToOneField(Line, models.PROTECT, null=True, related_name="meeting_item")
    #: The minutes that first had it, and those from which on it is struck out.
    since_number = models.SmallIntegerField(null=True)
    struck_number = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "place"], name="meeting_item_place")
        ]


class Minutes(models.Model):
    """Minutes as they were issued. They never change; a correction is the next number."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="minutes")
    number = models.SmallIntegerField()
    #: All that the paper says, as it was on that day.
    data = models.JSONField()
    #: The plan that holds the decisions that were new in it.
    plan = models.OneToOneField(Plan, models.PROTECT, null=True, related_name="minutes")
    #: Of a correction: why.
    why = models.TextField(blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="minutes_number")]
