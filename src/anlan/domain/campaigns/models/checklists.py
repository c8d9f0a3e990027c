"""Lists by which units work (共性任务清单, 清单制管理): items, copies, what is done of them."""

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
    #: By when everything on it is to be done.
    due_on = models.DateField(null=True)
    #: From when it is handed out; until then it may be changed.
    issued_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["campaign", "id"], name="checklist_of_campaign")]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    place = models.SmallIntegerField()
    #: 环节 or 方面 under which it stands.
    aspect = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    text = models.TextField()
    #: The post whose duty it is.
    post = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: The indicator that it counts toward ("六个100%" has six; the office names them).
    indicator = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
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


class ChecklistTick(models.Model):
    """How an item of a copy stands, as its unit says; without one it is open."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("checklist", "open")
        DONE = "done", pgettext_lazy("checklist", "done")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("checklist", "does not apply")

    copy = models.ForeignKey(ChecklistCopy, models.PROTECT, related_name="ticks")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="ticks")
    state = models.CharField(max_length=14, choices=State)
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    on = models.DateField()
    who = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "item"], name="checklist_tick_once")]
