"""Forms that units file (直报): what each asks, who files it when, and what was filed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX

TITLE_CHARS_MAX, NAME_CHARS_MAX, CODE_CHARS_MAX, UNIT_CHARS_MAX = 200, 120, 30, 20


class PeriodKind(models.TextChoices):
    DAY = "day", pgettext_lazy("period", "day")
    WEEK = "week", pgettext_lazy("period", "week")
    TEN_DAYS = "ten_days", pgettext_lazy("period", "ten days")
    MONTH = "month", pgettext_lazy("period", "month")
    QUARTER = "quarter", pgettext_lazy("period", "quarter")
    HALF = "half", pgettext_lazy("period", "half-year")
    YEAR = "year", pgettext_lazy("period", "year")
    #: Once, for the form's own first to last day.
    CAMPAIGN = "campaign", pgettext_lazy("period", "the whole campaign")


class Chain(models.TextChoices):
    """Which units file for it: those who answer for places, or those who answer for sectors."""

    AREA = "area", _("territorial line (块)")
    SECTOR = "sector", _("sector line (条)")


class Adds(models.TextChoices):
    """How an item's numbers go together."""

    FLOW = "flow", _("adds up over places and periods")
    STANDS = "stands", _("stands at the period's end: adds up over places, not over periods")
    DISTINCT = "distinct", _("different ones (家): adds up over places, not over periods")


class Item(models.Model):
    """What a declared number counts (统计指标). Its number is a label of the ledger's facts."""

    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    measure = models.CharField(max_length=UNIT_CHARS_MAX)
    #: Digits behind the point; the ledger holds the smallest unit.
    digits = models.SmallIntegerField(default=0)
    adds = models.CharField(max_length=10, choices=Adds, default=Adds.FLOW)
    #: 口径.
    basis = models.TextField(blank=True)
    #: Whether it may be told as bounds ("数十亿元"), which no sum takes for exact.
    vague = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "name", "measure"], name="item_once")
        ]

    def __str__(self) -> str:
        return self.name


class Form(models.Model):
    """A form and who owes it. What it asks stands in its versions."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("being drawn up")
        OPEN = "open", pgettext_lazy("form", "in force")
        ENDED = "ended", pgettext_lazy("form", "ended")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: The unit that wants it (上级接收), with its area.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    #: 表号, as its paper says.
    number = models.CharField(max_length=60, blank=True)
    #: Where it comes from: the paper that prescribes it.
    source = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    period = models.CharField(max_length=10, choices=PeriodKind)
    line = models.CharField(max_length=6, choices=Chain, default=Chain.AREA)
    #: terms.Who as data: groups of kind × level, and units by number.
    who = models.JSONField(default=dict)
    #: terms.Deadlines as data: by level of the unit's area.
    deadlines = models.JSONField(default=dict)
    opens_days = models.SmallIntegerField(default=5)
    #: Days to mend what was sent back, where its deadline is nearer than that.
    mend_days = models.SmallIntegerField(default=2)
    nil_allowed = models.BooleanField(default=True)
    #: Somebody else of the same unit checks it before it goes up.
    own_check = models.BooleanField(default=False)
    #: Each unit between the one that files and the one that wants it looks at it (逐级审核).
    reviewed = models.BooleanField(default=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    status = models.CharField(max_length=6, choices=Status, default=Status.DRAFT)
    version = models.IntegerField(default=1)
    #: Of a form that came with the software, its name there.
    shipped = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-made_at", "-id"], name="form_path")]

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """What a form asks, from a day on. An issued one is never changed: filings point to it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")

    form = models.ForeignKey(Form, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    status = models.CharField(max_length=6, choices=Status, default=Status.DRAFT)
    #: terms.Definition as data.
    definition = models.JSONField(default=dict)
    #: Periods that begin on this day or later ask it.
    since = models.DateField(null=True)
    #: Counted up by every change of a draft.
    seq = models.IntegerField(default=1)
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
            models.UniqueConstraint(
                fields=["form"], condition=Q(status="draft"), name="form_one_draft"
            ),
        ]


class Declarer(models.Model):
    """A unit that isn't on the system: it declares what others' forms take from the ledger."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="declarers")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    reason = models.CharField(max_length=TITLE_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["form", "unit"], condition=Q(until=None), name="declarer_once"
            )
        ]


class OtherDay(models.Model):
    """A deadline exception: for one period, for one unit, for an area, or for everybody."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="other_days")
    code = models.CharField(max_length=CODE_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    reason = models.CharField(max_length=TITLE_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(area__isnull=True), name="other_day_one_scope"
            )
        ]


class Filing(models.Model):
    """What one unit owes of a form for one period. State, deadline and history are its case's."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="filing"
    )
    form = models.ForeignKey(Form, models.PROTECT, related_name="filings")
    #: What it asks: of the period's first day, for ever.
    asked = models.ForeignKey(Version, models.PROTECT, related_name="filings")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    code = models.CharField(max_length=CODE_CHARS_MAX)
    start = models.DateField()
    end = models.DateField()
    #: The line of the unit; only filings of the form's own line are added up.
    line = models.CharField(max_length=6, choices=Chain)
    #: Whether the unit declares what the form else takes from the ledger.
    declares = models.BooleanField(default=False)
    #: As the form's rule gives it; the case's own is later where it was moved.
    due_on = models.DateField()
    #: The day of its first submission, by which it is in time or late.
    first_on = models.DateField(null=True)
    #: Of what stands: "report", "nil" or nothing.
    kind = models.CharField(max_length=8, blank=True)
    #: 暂存: what was typed, by cell, as it was typed.
    draft = models.JSONField(default=dict)
    draft_seq = models.IntegerField(default=0)
    draft_at = models.DateTimeField(null=True)
    draft_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "unit", "code"], name="form_filing_once")
        ]
        indexes = [models.Index(fields=["form", "start", "unit"], name="filing_of_period")]


class Entry(models.Model):
    """What was submitted, once. A returned or corrected one stays beside what took its place."""

    class Kind(models.TextChoices):
        REPORT = "report", pgettext_lazy("filing", "report")
        NIL = "nil", _("nil report")

    class Status(models.TextChoices):
        SENT = "sent", pgettext_lazy("filing", "submitted")
        RETURNED = "returned", pgettext_lazy("filing", "returned")
        RECEIVED = "received", pgettext_lazy("filing", "received")
        #: Took the place of what was received, and this one's in turn was taken.
        REPLACED = "replaced", pgettext_lazy("filing", "replaced by a correction")
        #: A correction that waits.
        WISHED = "wished", pgettext_lazy("filing", "correction to be decided")
        REFUSED = "refused", pgettext_lazy("filing", "correction refused")

    STANDING = (Status.SENT, Status.RECEIVED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="entries")
    number = models.IntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.SENT)
    #: By cell: a whole number in the smallest unit, "na" for not applicable, bounds
    #: (vague.Bounds) or a text ({"text": …}).
    values = models.JSONField(default=dict)
    #: By cell, what the ledger said at that moment: a number, or why there is none.
    derived = models.JSONField(default=dict)
    #: By rule, why what it doubts is right.
    reasons = models.JSONField(default=dict)
    #: Of a correction, why.
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    day = models.DateField()
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=NAME_CHARS_MAX)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["filing"], condition=Q(status__in=["sent", "received"]),
                name="entry_stands_once",
            ),
            models.UniqueConstraint(
                fields=["filing"], condition=Q(status="wished"), name="entry_wished_once"
            ),
            models.UniqueConstraint(fields=["filing", "number"], name="entry_number_once"),
        ]  # fmt: skip


class Declared(models.Model):
    """One number that stands declared: of a unit, an item and a period there is one, ever."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="declared")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    cell = models.CharField(max_length=CODE_CHARS_MAX)
    start = models.DateField()
    end = models.DateField()
    #: Zero of what is told as bounds: ``said`` and its ends, where the words give them.
    value = models.BigIntegerField()
    said = models.CharField(max_length=UNIT_CHARS_MAX * 2, blank=True)
    low = models.BigIntegerField(null=True)
    high = models.BigIntegerField(null=True)
    stands = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "item", "start", "end"], condition=Q(stands=True),
                name="declared_once",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["item", "start"], name="declared_item")]


class Record(models.Model):
    """One visit or hazard that a unit lists under an item; the same one counts once (S310)."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="records")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    cell = models.CharField(max_length=CODE_CHARS_MAX)
    place = models.SmallIntegerField()
    day = models.DateField()
    #: As it was written: an enterprise's name or credit code, or what else was looked at.
    subject = models.CharField(max_length=NAME_CHARS_MAX)
    what = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    #: By which two are the same.
    key = models.CharField(max_length=TITLE_CHARS_MAX)
    stands = models.BooleanField(default=True)
    won = models.BooleanField(default=True)
    #: The one that counts in its place.
    winner = models.ForeignKey("self", models.PROTECT, null=True, related_name="beaten")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "key"], condition=Q(stands=True, won=True), name="record_won_once"
            ),
            models.UniqueConstraint(fields=["entry", "cell", "place"], name="record_place_once"),
        ]
        indexes = [models.Index(fields=["item", "key"], name="record_key")]
