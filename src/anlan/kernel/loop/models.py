"""A case in a closed loop, its events and its parties."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.kernel.accounts.records import SealedRecord
from anlan.kernel.accounts.seals import SEAL_CHARS_MAX


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(is_open=True)

    def overdue(self, today: date) -> Self:
        """Not dealt with, and the deadline is past: overdue from the day after it, not on it.

        A case that is suspended doesn't run late; one that was dealt with is no longer late,
        even while it waits for verification.
        """
        return self.filter(unsettled=True, due_on__lt=today, suspended_on=None)


class Case(models.Model):
    """One thing that was found and must be closed: a hazard, a task, an order …

    It carries what lists filter and sort by, so that one index serves both; domain records point
    to it. What happened to it is in its events; this row is their sum.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    #: Human-readable, unique, made from the id: no counter that writers would queue at.
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=20)
    is_open = models.BooleanField(default=True)
    #: Open, and nobody has reported it dealt with: the states in which a deadline runs.
    unsettled = models.BooleanField(default=True)
    #: One up with each event; a command that saw an older one is refused (409).
    version = models.IntegerField(default=1)

    area = models.ForeignKey("regions.Region", models.PROTECT)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Relations whose indexes stand in Meta: most rows have none, or are always asked for by path.
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, null=True, db_index=False)
    grade = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=30, blank=True)
    #: Sorted topic codes with commas around each (",gas,fire,"): many per case, never added up.
    topics = models.CharField(max_length=200, blank=True)
    #: enterprises.Enterprise by id; that app is above this one.
    enterprise_id = models.BigIntegerField(null=True)
    #: Who reported it.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+", db_index=False)

    opened_on = models.DateField()
    #: Until when it must be dealt with (整改期限): the stated day, or counted by a rule.
    due_on = models.DateField(null=True)
    #: Set where the deadline counts hours; ``due_on`` is then its local day.
    due_at = models.DateTimeField(null=True)
    #: The deadline runs into a year whose holidays aren't announced (F11).
    due_provisional = models.BooleanField(default=False)
    #: How the deadline was counted (a DeadlineRule as data), to count it again (F11).
    due_rule = models.JSONField(default=dict)
    #: Until when the state's own next step is expected (to assign, to verify, to close).
    step_due_on = models.DateField(null=True)
    #: When it was dealt with, as far as that still stands.
    settled_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    #: 0 none, 1 提示, 2 预警, 3 约谈, 4 通报, 5 问责.
    rung = models.SmallIntegerField(default=0)
    #: How often a rectification came back, and how often it broke out again after closing.
    round = models.SmallIntegerField(default=0)
    rebounds = models.SmallIntegerField(default=0)
    listed = models.BooleanField(default=False)
    suspended_on = models.DateField(null=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_from", db_index=False
    )
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="split_into", db_index=False
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", db_index=False
    )
    #: Put into its state as its source claims (台账申报), and not yet verified by anybody here.
    declared = models.BooleanField(default=False)
    batch_id = models.UUIDField(null=True)
    settings_version = models.IntegerField(default=1)
    #: A MAC over what stands above, while the case is closed (S32; loop.seals).
    seal = models.CharField(max_length=SEAL_CHARS_MAX, null=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "path", "-opened_on", "-id"], name="case_by_area"),
            models.Index(fields=["kind", "-opened_on", "-id"], name="case_by_day"),
            models.Index(
                fields=["kind", "path", "due_on"],
                name="case_unsettled",
                condition=Q(unsettled=True),
            ),
            # With all that the ladder and overviews ask, who look through whatever is late.
            models.Index(
                fields=["due_on"],
                name="case_due",
                condition=Q(unsettled=True),
                include=["id", "kind", "path", "rung", "settings_version", "suspended_on"],
            ),
            models.Index(fields=["due_on", "id"], name="case_open_due", condition=Q(is_open=True)),
            models.Index(
                fields=["kind", "path"],
                name="case_listed",
                condition=Q(is_open=True, listed=True),
            ),
            models.Index(
                fields=["sector", "path", "-opened_on", "-id"],
                name="case_by_sector",
                condition=Q(sector__isnull=False),
            ),
            models.Index(
                fields=["kind", "path", "state"], name="case_open_state", condition=Q(is_open=True)
            ),
            models.Index(
                fields=["enterprise_id"],
                name="case_enterprise",
                condition=Q(enterprise_id__isnull=False),
            ),
            models.Index(
                fields=["batch_id"], name="case_batch", condition=Q(batch_id__isnull=False)
            ),
            models.Index(fields=["unit", "-opened_on", "-id"], name="case_unit"),
            *(
                models.Index(
                    fields=[name], name=f"case_{name}", condition=Q(**{f"{name}__isnull": False})
                )
                for name in ("merged_into", "split_from", "parent")
            ),
        ]


class Event(models.Model):
    """One step of one case. Append-only; ``seq`` runs from 1 without a gap (I3, I6)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    seq = models.IntegerField()
    step = models.CharField(max_length=30)
    source_state = models.CharField(max_length=20, blank=True)
    target_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    #: The local day it counts for: the stated one where history is filled in.
    day = models.DateField()
    #: accounts.User by id; null for the clock. ``actor`` is who it was in words, for ever.
    user_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    unit_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    #: What changed: {"field": [before, after]}, and what the step brought along.
    changes = models.JSONField(default=dict)
    request_id = models.UUIDField()
    batch_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="event_chain")]
        indexes = [
            models.Index(fields=["user_id", "step"], name="event_by_user"),
            # What happened since the last meeting, without looking through all that ever did.
            models.Index(fields=["at"], name="event_by_moment"),
        ]


class PartyRole(models.TextChoices):
    RECTIFIER = "rectifier", _("rectifying unit")
    TERRITORY = "territory", _("territory")
    REGULATOR = "regulator", _("regulator")
    SUPERVISOR = "supervisor", _("supervising unit")
    LEADER = "leader", _("accountable leader")
    VERIFIER = "verifier", _("verifier")
    ASSIGNER = "assigner", _("assigning unit")


class Party(models.Model):
    """A unit's part in a case. Each signs for receipt; an assigner also reviews the closing."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    role = models.CharField(max_length=12, choices=PartyRole)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: A named person, where one is; accounts.User by id.
    user_id = models.BigIntegerField(null=True)
    #: Order of assigning, from the first (highest) down; reviews go back up it.
    rank = models.SmallIntegerField(default=0)
    since = models.DateField()
    until = models.DateField(null=True)
    receipt_due_on = models.DateField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.BigIntegerField(null=True)
    #: Confirmed (double assignment) or reviewed (assigner) in the current round.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "role", "unit"], condition=Q(until=None), name="party_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["unit", "role", "case"], name="party_of_unit", condition=Q(until=None)
            )
        ]


class Request(models.Model):
    """What a caller's request id was used for, so that a repeat is harmless (I2)."""

    id = models.UUIDField(primary_key=True)
    #: Hash of command, actor and arguments: another request under the same id is refused.
    fingerprint = models.CharField(max_length=64)
    #: The ids that the first call answered with.
    result = models.JSONField(default=list)
    at = models.DateTimeField()


class LoopSettings(SealedRecord):
    """Deadlines, rungs and approvals of one kind of case. Versioned: a case keeps its version."""

    SEALED = ("kind", "version", "data", "made_by")

    kind = models.CharField(max_length=20)
    version = models.IntegerField()
    data = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="settings_version")]


class Extension(models.Model):
    """A wish for a later deadline, granted or refused by somebody else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="extensions")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    until = models.DateField()
    reason = models.TextField()
    #: None while undecided; False, and decided by nobody, where it was withdrawn.
    granted = models.BooleanField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(granted=None), name="extension_one_open"
            )
        ]


class Proposal(models.Model):
    """A rung from 约谈 up, drafted by the clock for a named leader; counts when carried out."""

    class Status(models.TextChoices):
        DRAFTED = "drafted", _("drafted")
        APPROVED = "approved", _("approved")
        CARRIED_OUT = "carried_out", _("carried out")
        DISMISSED = "dismissed", _("dismissed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="proposals")
    rung = models.SmallIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFTED)
    drafted_at = models.DateTimeField()
    #: Whose leader decides, and the leader by name where the office has one.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    leader_id = models.BigIntegerField(null=True)
    days_late = models.IntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    #: The day the talk was held or the paper issued, and the paper's number.
    carried_out_on = models.DateField(null=True)
    paper_number = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rung"],
                condition=~Q(status="dismissed"),
                name="proposal_once_per_rung",
            )
        ]
        indexes = [
            models.Index(fields=["unit", "status", "-drafted_at"], name="proposal_of_unit"),
        ]


class Listing(models.Model):
    """Listed supervision (挂牌督办): a track of its own, by grade and level."""

    class Status(models.TextChoices):
        LISTED = "listed", _("listed")
        DELISTING = "delisting", _("delisting asked for")
        DELISTED = "delisted", _("delisted")
        #: A government above holds it now, under a listing of its own.
        ESCALATED = "escalated", _("taken over by the level above")

    #: It stands: somebody holds it and may end it.
    STANDING = (Status.LISTED, Status.DELISTING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="listings")
    #: regions.Level of the government that lists it.
    level = models.SmallIntegerField()
    number = models.CharField(max_length=60)
    listed_on = models.DateField()
    due_on = models.DateField()
    supervisor = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.LISTED)
    asked_by = models.BigIntegerField(null=True)
    delisted_on = models.DateField(null=True)
    delisted_by = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status__in=["listed", "delisting"]),
                name="listing_one_at_a_time",
            ),
            models.UniqueConstraint(fields=["number"], name="listing_number_once"),
        ]
