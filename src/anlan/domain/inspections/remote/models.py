"""Checks from afar (线上巡查): enterprises drawn by lot; a person looks at recordings or systems.

No video is kept: a look says which camera or system was looked at, and from when to when.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX

NAME_CHARS_MAX, NOTE_CHARS_MAX = 120, 300


class Way(models.TextChoices):
    """How one looks from afar; also the source of the hazards that are found so."""

    VIDEO = "video", _("video review")
    ONLINE = "online", _("online inspection")


class RemotePlan(models.Model):
    """A sampling plan: from which enterprises of an area, how many a period."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    way = models.CharField(max_length=10, choices=Way)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Of one sector; null means of all.
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, null=True, related_name="+")
    #: Kinds of objects, as the register of enterprises names them.
    kinds = models.JSONField(default=list)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: A kind of the calendar's periods: each has one draw.
    every = models.CharField(max_length=12)
    wanted = models.IntegerField()
    #: Whom the last so many draws drew isn't drawn again.
    rest = models.SmallIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-made_at"], name="remote_plan_area")]

    def __str__(self) -> str:
        return self.name


class RemoteDraw(models.Model):
    """Who was drawn for a period. Seed and frame stay, so that anybody can draw it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(RemotePlan, models.PROTECT, related_name="draws", db_index=False)
    #: The calendar's code, and its first day.
    period = models.CharField(max_length=30)
    start = models.DateField()
    seed = models.CharField(max_length=60)
    wanted = models.IntegerField()
    #: The ids that were drawn from, in their order, and a sum over them.
    frame = models.JSONField()
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "start"], name="remote_draw_once")]

    @property
    def drawn(self) -> int:
        """How many it drew: as many as were wanted, or all there were."""
        return min(self.wanted, self.size)


class Pick(models.Model):
    """One enterprise that was drawn: looked at, told what was found, and its receipt.

    Area and sector are those of the draw's day, so that a figure stays where it was counted.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a look")
        CLEAN = "clean", _("nothing found")
        FOUND = "found", _("something found")
        MISSING = "missing", _("nothing to look at")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draw = models.ForeignKey(RemoteDraw, models.PROTECT, related_name="picks", db_index=False)
    place = models.IntegerField()
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector = models.ForeignKey(
        "accounts.Sector", models.PROTECT, null=True, related_name="+", db_index=False
    )
    way = models.CharField(max_length=10, choices=Way)
    drawn_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    #: Feedback: when, by whom, and to whom it was handed where the enterprise isn't on the system.
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=120, blank=True)
    told_to = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: Receipt: when, who signed, and what they said.
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=120, blank=True)
    answer = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "place"], name="remote_pick_place")]
        indexes = [models.Index(fields=["path", "-drawn_on", "-id"], name="remote_pick_area")]


class Look(models.Model):
    """What a person looked at and found. Withdrawn with a reason, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pick = models.ForeignKey(Pick, models.PROTECT, related_name="looks")
    on = models.DateField()
    looker = models.CharField(max_length=NAME_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    user_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    #: The camera, or the page of a system, as its owner names it; empty where there was nothing.
    what = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: The part of the recording, or the time that the data is of.
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Pick.State)
    note = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)


class Violation(models.Model):
    """One finding of a look: which of the three violations (三违), and the hazard it became."""

    class Kind(models.TextChoices):
        COMMAND = "command", _("orders against the rules")
        OPERATION = "operation", _("work against the rules")
        DISCIPLINE = "discipline", _("breach of work discipline")
        OTHER = "other", _("another hazard")

    look = models.ForeignKey(Look, models.PROTECT, related_name="violations")
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    #: When in the recording, where somebody wrote it down.
    seen_at = models.DateTimeField(null=True)
    hazard = models.OneToOneField("hazards.Hazard", models.PROTECT, related_name="remote_violation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["look", "place"], name="remote_violation_place")
        ]
