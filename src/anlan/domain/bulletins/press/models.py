"""A bank of questions that the press asks, and a register of what was published."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX

TOPIC_CHARS_MAX, QUESTION_CHARS_MAX, OUTLET_CHARS_MAX, WHERE_CHARS_MAX = 60, 200, 80, 300


class Question(models.Model):
    """A question with the answer that a unit keeps ready.

    Figures stand in the answer by their names ({hazard.found}); for an event it is put into a paper
    (kind "press"), where they are read, reviewed and signed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    topic = models.CharField(max_length=TOPIC_CHARS_MAX, blank=True)
    question = models.CharField(max_length=QUESTION_CHARS_MAX)
    answer = models.TextField()
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "-made_at", "-id"], name="press_question_of_unit")]

    def __str__(self) -> str:
        return self.question


class Medium(models.TextChoices):
    PAPER = "paper", pgettext_lazy("medium", "newspaper or magazine")
    BROADCAST = "broadcast", pgettext_lazy("medium", "television or radio")
    AGENCY = "agency", pgettext_lazy("medium", "news agency")
    WEB = "web", pgettext_lazy("medium", "website")
    ACCOUNT = "account", pgettext_lazy("medium", "account on a platform")
    OTHER = "other", pgettext_lazy("medium", "another medium")


class Publication(models.Model):
    """Something that a medium brought of the work. It counts as a fact of its day and outlet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=QUESTION_CHARS_MAX)
    outlet = models.CharField(max_length=OUTLET_CHARS_MAX)
    medium = models.CharField(max_length=10, choices=Medium)
    day = models.DateField()
    #: Page, programme or address.
    where = models.CharField(max_length=WHERE_CHARS_MAX, blank=True)
    task = models.ForeignKey("campaigns.Task", models.PROTECT, null=True, related_name="+")
    paper = models.ForeignKey(
        "bulletins.Paper", models.PROTECT, null=True, related_name="publications"
    )
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["path", "-day", "-id"], name="publication_path"),
            models.Index(fields=["outlet", "day"], name="publication_outlet"),
        ]

    def __str__(self) -> str:
        return self.title
