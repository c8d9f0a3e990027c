"""Formal papers with their numbers, what they are about, and what came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.kernel.accounts.records import SealedRecord

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


class Paper(SealedRecord):
    """A transfer or letter. Its state, deadline, parties, receipts and history are its case's."""

    SEALED = (
        "case_id", "office_id", "receiver_id", "superior_id", "kind", "year", "serial", "number",
        "subject", "text",
    )  # fmt: skip
    #: A list of many shows the others; the paper itself isn't opened.
    CHECKED_ON_READ = False

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


# --- over a listed hazard ------------------------------------------------------------------


class Escalation(models.Model):
    """A wish that the level above takes a listing over (升级督办), and what it decided."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="escalations")
    #: The listing that stood, and the one that took its place.
    listing = models.ForeignKey("loop.Listing", models.PROTECT, related_name="+")
    taken_over = models.ForeignKey("loop.Listing", models.PROTECT, null=True, related_name="+")
    from_unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    to_unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    asker = models.CharField(max_length=120)
    #: None while undecided.
    accepted = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decider = models.CharField(max_length=120, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hazard"], condition=Q(accepted=None), name="escalation_one_open"
            )
        ]
        indexes = [
            models.Index(
                fields=["to_unit"], condition=Q(accepted=None), name="escalation_to_decide"
            )
        ]


class Team(models.Model):
    """People who stay at a listed hazard (现场进驻) until the office that sent them accepts it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="teams")
    listing = models.ForeignKey("loop.Listing", models.PROTECT, related_name="+")
    since = models.DateField()
    #: The day of the final acceptance; the team is resident as long as there is none.
    until = models.DateField(null=True)
    task = models.TextField()
    sent_at = models.DateTimeField()
    sender = models.CharField(max_length=120)
    acceptance = models.TextField(blank=True)
    accepter = models.CharField(max_length=120, blank=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hazard"], condition=Q(until=None), name="team_one_at_a_time"
            )
        ]


class Member(models.Model):
    """One of a team: who, from which unit, in which post, from when to when."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    name = models.CharField(max_length=60)
    post = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=120)
    since = models.DateField()
    until = models.DateField(null=True)


class LogEntry(models.Model):
    """A team's day: what was done, how many people were moved out. Withdrawn, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="entries")
    day = models.DateField()
    action = models.TextField()
    moved_out = models.IntegerField(default=0)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)
    withdrawer = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day"], condition=Q(withdrawn_at=None), name="log_once_a_day"
            ),
            models.CheckConstraint(condition=Q(moved_out__gte=0), name="log_moved_out"),
        ]
        indexes = [models.Index(fields=["day", "id"], name="log_by_day")]


# --- reports of major hazards --------------------------------------------------------------


class Terms(SealedRecord):
    """What an office has set for reports of major hazards. Versions: none is overwritten."""

    SEALED = ("version", "hours", "since", "period", "made_by", "reason")

    version = models.IntegerField(unique=True)
    #: Hours from finding to the direct report (省级直报); None is not set, so nothing is late.
    hours = models.IntegerField(null=True)
    #: Found before this day, nothing had to be reported directly; None is no such day.
    since = models.DateField(null=True)
    #: Kind of period for dual reports (双报告); empty is not set, so none is owed.
    period = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=300, blank=True)


class DirectReport(models.Model):
    """A major hazard reported straight to the province, with copies to the tiers between."""

    hazard = models.OneToOneField(
        "hazards.Hazard", models.PROTECT, primary_key=True, related_name="direct_report"
    )
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    text = models.TextField()
    #: By the limit that was in force; None where none was.
    late = models.BooleanField(null=True)
    user_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)


class DirectCopy(models.Model):
    """An office that a direct report went to, and who signed for it there."""

    report = models.ForeignKey(DirectReport, models.PROTECT, related_name="copies")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: regions.Level of the office; the province's is the recipient, the others get copies.
    level = models.SmallIntegerField()
    received_at = models.DateTimeField(null=True)
    receiver = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "unit"], name="direct_copy_once")]


class Side(models.TextChoices):
    """To whom an enterprise reports its major hazard (双报告)."""

    REGULATOR = "regulator", _("to the regulator")
    CONGRESS = "congress", _("to the workers' congress")


class DualReport(models.Model):
    """One side's report of one period: what it said, and the receipt that proves it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="dual_reports")
    side = models.CharField(max_length=10, choices=Side)
    start = models.DateField()
    end = models.DateField()
    text = models.TextField()
    #: Who signed the receipt on paper, and when; the paper is attached.
    signed_by = models.CharField(max_length=120)
    signed_on = models.DateField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hazard", "side", "start", "end"], name="dual_report_once"
            )
        ]
