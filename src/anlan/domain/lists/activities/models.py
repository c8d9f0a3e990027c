"""New activities that no regulator clearly answers for (新业态新风险), and who came to answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX

NAME_CHARS_MAX, RULE_CHARS_MAX = 120, 300


class Activity(models.Model):
    """One of the register. Who regulates it is found by nearness of business (业务相近)."""

    class Status(models.TextChoices):
        FOUND = "found", pgettext_lazy("activity", "no regulator yet")
        PROPOSED = "proposed", pgettext_lazy("activity", "assigned, not taken on yet")
        DISPUTED = "disputed", pgettext_lazy("activity", "disputed")
        SETTLED = "settled", pgettext_lazy("activity", "regulated")
        ENDED = "ended", pgettext_lazy("activity", "no longer kept")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Who keeps it on the register.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    #: What it is, where it goes on, what can happen.
    text = models.TextField()
    status = models.CharField(max_length=8, choices=Status, default=Status.FOUND)
    regulator = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    #: To which business it is near, and why.
    near = models.TextField(blank=True)
    #: The rule or notice that says so: a text of the library, or its title and number in words.
    law = models.ForeignKey("library.Text", models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=RULE_CHARS_MAX, blank=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["path", "-made_at", "-id"], name="activity_path")]

    def __str__(self) -> str:
        return self.name


class ActivityTurn(models.Model):
    """What was said of who regulates it, in order: it stays as it was said."""

    class Step(models.TextChoices):
        ASSIGNED = "assigned", pgettext_lazy("activity", "assigned")
        ACCEPTED = "accepted", pgettext_lazy("activity", "taken on")
        DISPUTED = "disputed", pgettext_lazy("activity", "disputed")
        DECIDED = "decided", pgettext_lazy("activity", "decided")
        ENDED = "ended", pgettext_lazy("activity", "no longer kept")

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="turns")
    step = models.CharField(max_length=8, choices=Step)
    #: Of an assignment or a decision the regulator; of an answer who gave it.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=120)
