"""Formal papers with their numbers, what they are about, and what came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7

WORD_CHARS_MAX = 30
SUBJECT_CHARS_MAX = 200


class Letterhead(models.Model):
    """How an office heads its papers (机关代字): the words before the year. Its own to set."""

    unit = models.OneToOneField("accounts.Unit", models.PROTECT, primary_key=True, related_name="+")
    transfer = models.CharField(max_length=WORD_CHARS_MAX, blank=True)
    letter = models.CharField(max_length=WORD_CHARS_MAX, blank=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)


class Serial(models.Model):
    """The last number that an office gave in a year; who takes the next waits at this row (F09)."""

    office = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "kind", "year"], name="serial_once")
        ]


class Paper(models.Model):
    """A transfer or letter. Its state, deadline, parties, receipts and history are its case's."""

    case = models.OneToOneField("loop.Case", models.PROTECT, primary_key=True, related_name="paper")
    #: Whose number it bears, and who judges the answer.
    office = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    receiver = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: The unit above the receiver, which a letter goes to as well (上级主管部门).
    superior = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    serial = models.IntegerField()
    #: As it stands on the paper, for ever: the words before it may change later.
    number = models.CharField(max_length=80)
    subject = models.CharField(max_length=SUBJECT_CHARS_MAX)
    text = models.TextField(blank=True)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "year", "serial"], name="paper_number_once"
            ),
            models.UniqueConstraint(
                fields=["office", "number"], name="paper_number_of_office_once"
            ),
        ]
        indexes = [models.Index(fields=["kind", "-issued_at", "case"], name="paper_by_day")]


class Outcome(models.TextChoices):
    DONE = "done", _("has been dealt with")
    DOING = "doing", _("is under way")
    REFUSED = "refused", _("not accepted")


class Item(models.Model):
    """A case that a paper is about, and what its receiver replied to it."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="items")
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="papers")
    order = models.SmallIntegerField()
    #: A finding is transferred once at a time; a withdrawn transfer lets go of it.
    exclusive = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    replied_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "hazard"], name="item_once_a_paper"),
            models.UniqueConstraint(
                fields=["hazard"], condition=Q(exclusive=True), name="item_transferred_once"
            ),
        ]


class Answer(models.Model):
    """What a unit wrote back on a paper; each round has its own, and none is overwritten."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="answers")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    round = models.SmallIntegerField()
    text = models.TextField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["paper", "at"], name="answer_of_paper")]
