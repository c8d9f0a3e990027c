"""Accidents with all that was reported of them, who must know by when, and what came of it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.base.sealed import SUM_CHARS, SealedField
from anlan.domain.accidents import law
from anlan.kernel.regions.models import Level

TITLE_CHARS_MAX, PLACE_CHARS_MAX, NAME_CHARS_MAX, NUMBER_CHARS_MAX = 120, 200, 120, 80
KEY_CHARS_MAX = 80
STATED_CHARS_MAX = 40
#: No accident in history comes near it; a slip of the keyboard does.
PEOPLE_MAX = 100_000
LOSS_FEN_MAX = 10**15
#: Fen of 10,000 yuan.
WAN_FEN = 1_000_000


class Scope(models.TextChoices):
    """Whether it stands among the accidents that figures count (统计口径)."""

    WORK = "work", _("production-safety accident")
    NONWORK = "nonwork", _("not of production")
    STRUCK = "struck", _("struck off")


class Nature(models.TextChoices):
    """What says how many days after it a death still counts."""

    GENERAL = "general", pgettext_lazy("accident", "other than traffic and fire")
    TRAFFIC = "traffic", _("road traffic")
    FIRE = "fire", _("fire")


class Accident(models.Model):
    """An accident; state, deadline and history are its case's, the area it counts in as well.

    What it counts stands here and in its reports; the grade is worked out of it and is the case's.
    """

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="accident"
    )
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    happened_at = models.DateTimeField()
    place = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)
    lon = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    #: Where it happened; the case's area is the one that it is attributed to.
    place_area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    enterprise_name = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    nature = models.CharField(max_length=10, choices=Nature, default=Nature.GENERAL)
    #: Edition and code of GB 6441 (law.Type.key); empty while nobody knows.
    type = models.CharField(max_length=12, blank=True)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.WORK)
    deaths = models.IntegerField(default=0)
    #: Died after the days within which a death counts: on record, in no figure.
    deaths_late = models.IntegerField(default=0)
    serious = models.IntegerField(default=0)
    light = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)
    loss_fen = models.BigIntegerField(default=0)
    #: As a source states it in another currency ("USD 102500"): in no figure.
    loss_stated = models.CharField(max_length=STATED_CHARS_MAX, blank=True)
    #: Missing people count as dead in the grade: the office's setting when it was entered.
    missing_as_dead = models.BooleanField(default=False)
    #: When the firm's head learnt of it, and when the department was told.
    aware_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    #: What a source calls it, where it came out of one.
    source_name = models.CharField(max_length=40, blank=True)
    source_key = models.CharField(max_length=KEY_CHARS_MAX, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-happened_at", "-case"], name="accident_happened"),
            models.Index(fields=["-deaths", "-case"], name="accident_by_deaths"),
            # Of what is usual nobody asks for all; the others are few.
            models.Index(fields=["scope"], name="accident_by_scope", condition=~Q(scope="work")),
            models.Index(
                fields=["nature"], name="accident_by_nature", condition=~Q(nature="general")
            ),
            models.Index(fields=["type"], name="accident_by_type"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_name", "source_key"], condition=~Q(source_key=""),
                name="accident_source_once",
            ),
            models.CheckConstraint(
                condition=Q(deaths__gte=0, deaths_late__gte=0, serious__gte=0, light__gte=0,
                            missing__gte=0, loss_fen__gte=0),
                name="accident_not_negative",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def grade(self) -> str:
        """By the numbers as they stand."""
        dead = self.deaths + (self.missing if self.missing_as_dead else 0)
        return law.grade_of(dead, self.serious, self.loss_fen)

    @property
    def grade_label(self) -> str:
        return str(law.GRADES.get(self.case.grade, _("not graded")))

    @property
    def day(self) -> date:
        return timezone.localdate(self.happened_at)

    @property
    def last_counted_day(self) -> date:
        """The last day on which a death still counts."""
        return self.day + timedelta(days=law.late_days(self.nature))

    @property
    def scope_label(self) -> str:
        return str(Scope(self.scope).label)

    @property
    def type_label(self) -> str:
        return law.type_name(self.type)


class Report(models.Model):
    """What was reported of an accident at a moment: first, then supplements, then the conclusion.

    The numbers are all that were known then, not what was added.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("first report")
        SUPPLEMENT = "supplement", _("supplement")
        CONCLUSION = "conclusion", _("conclusion")

    accident = models.ForeignKey(Accident, models.PROTECT, related_name="reports")
    seq = models.IntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    deaths = models.IntegerField()
    deaths_late = models.IntegerField()
    serious = models.IntegerField()
    light = models.IntegerField()
    missing = models.IntegerField()
    loss_fen = models.BigIntegerField()
    #: Of whom this report tells that they died: the day.
    died_on = models.DateField(null=True)
    grade = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["accident", "seq"], name="report_chain")]

    @property
    def grade_label(self) -> str:
        return str(law.GRADES.get(self.grade, _("not graded")))


class Casualty(models.Model):
    """Somebody who was hurt, died or is missing; the name is restricted and sealed."""

    class Outcome(models.TextChoices):
        DEAD = "dead", _("dead")
        SERIOUS = "serious", _("seriously injured")
        LIGHT = "light", _("lightly injured")
        MISSING = "missing", _("missing")

    accident = models.ForeignKey(Accident, models.PROTECT, related_name="casualties")
    name = SealedField(blank=True)
    name_sum = models.CharField(max_length=SUM_CHARS, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    died_on = models.DateField(null=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=NAME_CHARS_MAX)


class Clock(models.Model):
    """A duty to report: the firm to the department, each level to the next above, by a moment."""

    #: Of the firm; levels of government are regions.Level.
    FIRM = 9

    accident = models.ForeignKey(Accident, models.PROTECT, related_name="clocks")
    level = models.SmallIntegerField()
    #: Whose duty it is, as far as a unit of that level is registered.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    #: To which level it went: the next, or straight further up.
    to_level = models.SmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="clock_open", condition=Q(done_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["accident"], condition=Q(done_at__isnull=True), name="clock_one_open"
            )
        ]

    @property
    def whose(self) -> str:
        return str(_("firm") if self.level == self.FIRM else Level(self.level).label)

    @property
    def to_whom(self) -> str:
        if self.to_level is None:
            return ""
        return str(Level(self.to_level).label)

    @property
    def is_late(self) -> bool:
        return self.done_at is not None and self.done_at > self.due_at


class Wish(models.Model):
    """Asked for and decided by another: struck off, not of production, or put back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    accident = models.ForeignKey(Accident, models.PROTECT, related_name="wishes")
    scope = models.CharField(max_length=10, choices=Scope)
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    asker = models.CharField(max_length=NAME_CHARS_MAX)
    granted = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decider = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    answer = models.TextField(blank=True)
    #: Of the paper by which it was approved.
    number = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["accident"], condition=Q(granted=None), name="wish_one_open"
            )
        ]


class Finding(models.Model):
    """Something about its reporting that may be wrong: suspected until a person has decided."""

    class Kind(models.TextChoices):
        LATE = "late", _("reported late")  # 迟报
        OMITTED = "omitted", _("left out of a report")  # 漏报
        FALSE = "false", _("reported falsely")  # 谎报
        HIDDEN = "hidden", _("concealed")  # 瞒报

    class Status(models.TextChoices):
        SUSPECTED = "suspected", _("suspected")
        CONFIRMED = "confirmed", pgettext_lazy("finding", "confirmed")
        DISMISSED = "dismissed", pgettext_lazy("finding", "dismissed")

    accident = models.ForeignKey(Accident, models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.SUSPECTED)
    text = models.TextField(blank=True)
    clock = models.OneToOneField(Clock, models.PROTECT, null=True, related_name="finding")
    found_at = models.DateTimeField()
    found_by = models.BigIntegerField(null=True)
    finder = models.CharField(max_length=NAME_CHARS_MAX)
    decided_at = models.DateTimeField(null=True)
    decider = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    answer = models.TextField(blank=True)


class Inquiry(models.Model):
    """The investigation of an accident: who leads it, until when, what came of it.

    A case of its own. Days of technical appraisal don't count: each of them moves the deadline.
    """

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="inquiry"
    )
    accident = models.OneToOneField(Accident, models.PROTECT, related_name="inquiry")
    #: regions.Level of the government that leads it, and the one that the grade gives.
    level = models.SmallIntegerField()
    level_by_grade = models.SmallIntegerField()
    lead = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    raised_because = models.TextField(blank=True)
    started_on = models.DateField()
    extended_days = models.IntegerField(default=0)
    appraisal_days = models.IntegerField(default=0)
    appraisal_since = models.DateField(null=True)
    #: Only an accident for which somebody answers has the four tracks.
    liability = models.BooleanField(default=True)
    cause = models.TextField(blank=True)
    responsibility = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    submitted_on = models.DateField(null=True)
    approved_on = models.DateField(null=True)
    approval_number = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)
    evaluated_on = models.DateField(null=True)
    evaluation = models.TextField(blank=True)
    published_at = models.CharField(max_length=PLACE_CHARS_MAX, blank=True)

    @property
    def level_label(self) -> str:
        return str(Level(self.level).label)

    @property
    def is_raised(self) -> bool:
        return self.level < self.level_by_grade


class Track(models.Model):
    """One of the four sides of an inquiry (四位一体), each concluded before it is handed in."""

    class Code(models.TextChoices):
        SAFETY = "safety", _("safety: cause and responsibility")
        CONDUCT = "conduct", _("conduct: duty and discipline")
        CORRUPTION = "corruption", _("corruption behind it")
        GANGS = "gangs", _("gangs and their protection")

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="tracks")
    code = models.CharField(max_length=12, choices=Code)
    conclusion = models.TextField(blank=True)
    concluded_on = models.DateField(null=True)
    who = models.CharField(max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inquiry", "code"], name="track_once")]


class Word(models.Model):
    """What another source tells of an accident (hospital, fire brigade, press), to be compared.

    Until somebody has said which accident it is, or that it is none, it is a gap.
    """

    class Source(models.TextChoices):
        HOSPITAL = "hospital", _("hospital")
        FIRE = "fire", _("fire brigade")
        POLICE = "police", _("police")
        PRESS = "press", _("press and internet")
        TIPOFF = "tipoff", _("tip-off")
        INSURER = "insurer", _("insurer")
        OTHER = "other", pgettext_lazy("source", "other")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("word", "not compared yet")
        MATCHED = "matched", pgettext_lazy("word", "reported accident")
        UNREPORTED = "unreported", pgettext_lazy("word", "was not reported")
        DISMISSED = "dismissed", pgettext_lazy("word", "no accident of this kind")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source)
    day = models.DateField()
    text = models.TextField()
    reference = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)
    deaths = models.IntegerField(default=0)
    injured = models.IntegerField(default=0)
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    accident = models.ForeignKey(Accident, models.PROTECT, null=True, related_name="words")
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    decided_at = models.DateTimeField(null=True)
    decider = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: Of what came with a list: tells it apart, so that no list enters anything twice.
    key = models.CharField(max_length=KEY_CHARS_MAX, blank=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-day", "-id"], name="word_by_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "source", "key"], condition=~Q(key=""), name="word_once"
            )
        ]
