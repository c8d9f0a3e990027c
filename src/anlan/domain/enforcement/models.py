"""The book of enforcement (执法台账): papers issued, measures taken, fines and their payment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.enforcement import kinds

NUMBER_CHARS_MAX, PARTY_CHARS_MAX, WHAT_CHARS_MAX, REASON_CHARS_MAX = 80, 120, 300, 200
WORDS_CHARS_MAX = 500
KEY_CHARS = 32


class Entry(models.Model):
    """One paper, measure, training, drill or tip-off. Withdrawn with a reason, never deleted.

    Area and sector are those of the day it was entered, so that a figure stays where it was
    counted whatever happens to the register later. Money is in fen. No person is named.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: A code of ``kinds.KINDS``.
    kind = models.CharField(max_length=20)
    #: 文号, as it stands on the paper.
    number = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)
    on = models.DateField()
    #: Who did it: the unit of whoever entered it, or one that its office entered it for.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector = models.ForeignKey(
        "accounts.Sector", models.PROTECT, null=True, related_name="+", db_index=False
    )
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, null=True, related_name="+", db_index=False
    )
    #: Who it was about, in words, where that isn't in the register.
    party = models.CharField(max_length=PARTY_CHARS_MAX, blank=True)
    what = models.CharField(max_length=WHAT_CHARS_MAX, blank=True)
    #: Violations that it found, and such that it found rectified.
    found = models.IntegerField(default=0)
    rectified = models.IntegerField(default=0)
    #: 责令停产整顿, and licences suspended (暂扣) and revoked (吊销); 提请关闭.
    halted = models.BooleanField(default=False)
    suspended = models.IntegerField(default=0)
    revoked = models.IntegerField(default=0)
    close = models.BooleanField(default=False)
    #: 警告、通报批评 of the unit; its fine; heads that were punished, how many, and their fine.
    warned = models.BooleanField(default=False)
    fine = models.BigIntegerField(default=0)
    heads = models.IntegerField(default=0)
    head_fine = models.BigIntegerField(default=0)
    #: Paid so far: the sum of its payments that stand.
    paid = models.BigIntegerField(default=0)
    #: Persons transferred or trained, by the kind.
    persons = models.IntegerField(default=0)
    reward = models.BigIntegerField(default=0)
    #: The same paper of the same unit again: its number, or else all that is told of it.
    key = models.CharField(max_length=KEY_CHARS)
    #: Names the same row of a workbook that comes again; null for what a page entered.
    origin = models.CharField(max_length=80, null=True, unique=True)
    user_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=REASON_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "key"], condition=Q(withdrawn_at=None), name="entry_once"
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0) & Q(paid__lte=models.F("fine") + models.F("head_fine")),
                name="entry_paid_within_fine",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "-on", "-id"], name="entry_area"),
            models.Index(fields=["enterprise", "-on", "-id"], name="entry_enterprise"),
        ]

    def __str__(self) -> str:
        return self.number or kinds.named(self.kind)

    @property
    def shape(self) -> kinds.Kind:
        return kinds.KINDS[self.kind]

    @property
    def fined(self) -> int:
        """All that is to be paid, in fen."""
        return self.fine + self.head_fine

    @property
    def owed(self) -> int:
        return self.fined - self.paid

    @property
    def punishes_unit(self) -> bool:
        if self.kind not in kinds.PENALTIES:
            return False
        return bool(self.fine or self.warned or self.halted or self.suspended or self.revoked)

    @property
    def whom(self) -> str:
        """Who it was about, as the register or the entry names it."""
        return self.enterprise.name if self.enterprise else self.party


class Violation(models.Model):
    """One violation that an entry found, until a recheck finds it rectified."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="violations")
    place = models.SmallIntegerField()
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    words = models.CharField(max_length=WORDS_CHARS_MAX)
    #: The same words again: what stands open isn't found a second time.
    key = models.CharField(max_length=KEY_CHARS)
    #: The recheck that found it rectified.
    rectified_by = models.ForeignKey(
        Entry, models.PROTECT, null=True, related_name="rectifies"
    )  # fmt: skip
    #: Its entry was withdrawn.
    void = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="violation_place"),
            models.UniqueConstraint(
                fields=["enterprise", "key"], condition=Q(rectified_by=None, void=False),
                name="violation_open_once",
            ),
        ]  # fmt: skip


class Payment(models.Model):
    """A part of a fine that was paid; never more than the fine. Withdrawn, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="payments")
    on = models.DateField()
    amount = models.BigIntegerField()
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    user_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=REASON_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something")
        ]
