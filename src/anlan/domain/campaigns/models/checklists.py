"""Lists by which units and posts work (共性任务清单, 清单制管理, 清单式排查): items, copies, ticks.

An item is done once, by the list's day, or again in every period of a kind. What one post of a unit
has to do of a list in one period is a turn: a case, so that it waits, is late and climbs as all do.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign


class Checklist(models.Model):
    """A list that an office draws up; handed out, each unit works through a copy of it.

    What is handed out stands: the items of all copies are these.
    """

    class Kind(models.TextChoices):
        COMMON = "common", _("list of common tasks")
        POSTS = "posts", _("list of duties, checks or measures")
        SWEEP = "sweep", _("checklist of a rectification")
        OTHER = "other", _("another list")

    class Tier(models.TextChoices):
        GOVERNMENT = "government", _("party committees and governments")
        DEPARTMENT = "department", _("departments")
        ENTERPRISE = "enterprise", pgettext_lazy("checklist", "enterprises")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="checklists")
    kind = models.CharField(max_length=10, choices=Kind)
    tier = models.CharField(max_length=10, choices=Tier, blank=True)
    name = models.CharField(max_length=TITLE_CHARS_MAX)
    basis = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    #: Names of the office's own columns: no document says which a list has.
    columns = models.JSONField(default=list)
    #: By when all that is done once is to be done; what is done again is asked for until then.
    due_on = models.DateField(null=True)
    #: Whether what is done every day is done on working days alone.
    workdays = models.BooleanField(default=False)
    #: From when it is handed out; until then it may be changed.
    issued_on = models.DateField(null=True)
    #: From when nothing more is asked for by it.
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["campaign", "id"], name="checklist_of_campaign")]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    class Every(models.TextChoices):
        """How often it is done; the values are kinds of period of the calendar."""

        ONCE = "", pgettext_lazy("checklist", "once")
        DAY = "day", pgettext_lazy("checklist", "every day")
        WEEK = "week", pgettext_lazy("checklist", "every week")
        TEN_DAYS = "ten_days", pgettext_lazy("checklist", "every ten days")
        MONTH = "month", pgettext_lazy("checklist", "every month")
        QUARTER = "quarter", pgettext_lazy("checklist", "every quarter")
        HALF = "half", pgettext_lazy("checklist", "every half-year")
        YEAR = "year", pgettext_lazy("checklist", "every year")

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    place = models.SmallIntegerField()
    #: 环节 and 方面 under which it stands.
    link = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    aspect = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    text = models.TextField()
    #: The post whose duty it is.
    post = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: The indicator that it counts toward ("六个100%" has six; the office names them).
    indicator = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    every = models.CharField(max_length=10, choices=Every, blank=True)
    #: By the names of the list's own columns.
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checklist", "place"], name="checklist_item_place")
        ]


class ChecklistCopy(models.Model):
    """A unit's copy. It has the list's items; what was done of them stands in its ticks."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="copies")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checklist", "unit"], name="checklist_copy_once")
        ]
        indexes = [models.Index(fields=["checklist", "path", "id"], name="checklist_copy_path")]


class ChecklistTurn(models.Model):
    """What one post of a unit has to do of a list in one period, or once.

    State, deadline and history are its case's; what is done of it stands in the copy's ticks.
    """

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="checklist_turn"
    )
    copy = models.ForeignKey(ChecklistCopy, models.PROTECT, related_name="turns")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    post = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    every = models.CharField(max_length=10, choices=ChecklistItem.Every, blank=True)
    #: The period's code in the calendar; empty for what is done once.
    period = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["copy", "post", "period"], name="checklist_turn_once")
        ]


class ChecklistTick(models.Model):
    """How an item of a copy stands, as its unit says; without one it is open.

    An item that is done again has one for each period.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("checklist", "open")
        DONE = "done", pgettext_lazy("checklist", "done")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("checklist", "does not apply")

    copy = models.ForeignKey(ChecklistCopy, models.PROTECT, related_name="ticks")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="ticks")
    period = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=14, choices=State)
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    on = models.DateField()
    who = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["copy", "item", "period"], name="checklist_tick_period")
        ]
