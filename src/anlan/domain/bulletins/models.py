"""Papers from their first draft to the receipt of those they went to, and the numbers they took."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.base.ids import uuid7
from anlan.domain.bulletins.loop import state_label
from anlan.domain.bulletins.press.models import Publication as Publication
from anlan.domain.bulletins.press.models import Question as Question
from anlan.domain.bulletins.reporting.models import HearingReport as HearingReport
from anlan.kernel.accounts.records import SealedRecord

TITLE_CHARS_MAX, NAME_CHARS_MAX, NUMBER_CHARS_MAX, WORD_CHARS_MAX = 300, 120, 80, 40
LIST_CHARS_MAX, PERIOD_CHARS_MAX = 2_000, 40


class Paper(models.Model):
    """A paper that is written. State, history and unit are its case's, its kind the case's grade.

    Every figure of its text was read at one moment, ``known_at``.
    """

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="bulletin"
    )
    #: The issued paper that this one puts right (更正); that one stays as it was issued.
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    #: 署名, and under which name it goes out (红头) where that isn't the author's.
    organ = models.CharField(max_length=NAME_CHARS_MAX)
    mark = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    recipients = models.CharField(max_length=LIST_CHARS_MAX, blank=True)
    copies = models.CharField(max_length=LIST_CHARS_MAX, blank=True)
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    #: Names of what is attached, a line each.
    annexes = models.CharField(max_length=LIST_CHARS_MAX, blank=True)
    secrecy = models.CharField(max_length=20, blank=True)
    urgency = models.CharField(max_length=20, blank=True)
    period = models.CharField(max_length=PERIOD_CHARS_MAX)
    #: Sectors that its figures are narrowed to, because its writer sees these alone; None: all.
    sectors = models.JSONField(null=True)
    body = models.JSONField(default=list)
    known_at = models.DateTimeField()
    drafter = models.CharField(max_length=NAME_CHARS_MAX)
    signer = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    signed_at = models.DateTimeField(null=True)
    #: 成文日期: the day it was signed.
    dated = models.DateField(null=True)
    sealed_at = models.DateTimeField(null=True)
    sealed_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    given_out_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.title

    @property
    def state_label(self) -> str:
        return state_label(self.case.state)

    @property
    def kind_label(self) -> str:
        from anlan.domain.bulletins.kinds import KINDS

        return str(KINDS[self.case.grade].label)


class About(models.Model):
    """A case that a letter or notice is about: it was filled in from it, and is found there."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="about")
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "case"], name="paper_about_once")]


class Issue(SealedRecord):
    """A paper as it was numbered: head, text and figures, with the moment of the ledger.

    Frozen: it stands under a MAC, and no command changes it (S32).
    """

    SEALED = ("paper_id", "number", "content", "known_at", "signed_by", "made_at")

    paper = models.OneToOneField(Paper, models.PROTECT, related_name="issue")
    number = models.CharField(max_length=NUMBER_CHARS_MAX)
    content = models.JSONField()
    known_at = models.DateTimeField()
    signed_by = models.CharField(max_length=NAME_CHARS_MAX)
    made_at = models.DateTimeField()


class Word(models.Model):
    """发文机关代字 of a unit, as it uses it; or the name of a series that is counted in issues."""

    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    word = models.CharField(max_length=WORD_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "word"], name="paper_word_once")]


class Counter(models.Model):
    """The last number taken of a word in a year; its row is what takers wait for (F09)."""

    word = models.ForeignKey(Word, models.PROTECT, related_name="counters")
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "year"], name="paper_counter_once")]


class Number(models.Model):
    """文号: given out once, whoever gives it. A voided one stays, and is never given again."""

    class Source(models.TextChoices):
        OWN = "own", "own"
        OA = "oa", "OA"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="numbers")
    text = models.CharField(max_length=NUMBER_CHARS_MAX)
    word = models.CharField(max_length=WORD_CHARS_MAX, blank=True)
    year = models.SmallIntegerField(null=True)
    serial = models.IntegerField(null=True)
    source = models.CharField(max_length=3, choices=Source)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=NAME_CHARS_MAX)
    voided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "text"], name="paper_text_once"),
            models.UniqueConstraint(
                fields=["unit", "word", "year", "serial"], condition=Q(serial__isnull=False),
                name="paper_serial_once",
            ),
            models.UniqueConstraint(
                fields=["paper"], condition=Q(voided_at=None), name="paper_one_number"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["unit", "-taken_at", "-id"], name="paper_number_of_unit")]


class Countersign(models.Model):
    """会签: a unit that is asked to agree before the paper is signed."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="countersigns")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    who = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    said = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "unit"], name="paper_countersign_once")
        ]


class Delivery(models.Model):
    """A unit that the paper went to, and who signed for it (签收)."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="deliveries")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    is_copy = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    who = models.CharField(max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "unit"], name="paper_delivery_once")
        ]
        indexes = [models.Index(fields=["unit", "received_at"], name="paper_delivery_of_unit")]


class Instruction(models.Model):
    """批示: what a leader wrote on a paper. Put into a campaign it is a task of the unit named."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="instructions")
    leader = models.CharField(max_length=NAME_CHARS_MAX)
    said_on = models.DateField()
    text = models.TextField()
    #: The plan that holds it as a line; its task says how far it is.
    plan = models.ForeignKey("campaigns.Plan", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    who = models.CharField(max_length=NAME_CHARS_MAX)


class Layout(models.Model):
    """An office's own Word template for a kind of paper; the newest that hasn't ended is used."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    file = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "kind", "-made_at"], name="paper_layout_of_unit")]
