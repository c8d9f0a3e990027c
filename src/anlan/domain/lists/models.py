"""Kinds of problem lists, the items on them, and what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.lists.activities.models import Activity as Activity
from anlan.domain.lists.activities.models import ActivityTurn as ActivityTurn
from anlan.domain.lists.rules import NAME_CHARS_MAX, KindRules
from anlan.kernel.accounts.office_settings import OfficeSetting
from anlan.kernel.accounts.records import SealedRecord

TITLE_CHARS_MAX, ORIGIN_CHARS_MAX = 120, 300
#: A case of the library has so many tags of a sort, of so many characters.
TAGS_MAX, TAG_CHARS_MAX = 10, 20
TAGS_CHARS_MAX = TAGS_MAX * (TAG_CHARS_MAX + 1) + 1


class ListKind(models.Model):
    """A kind of list, kept by an office for its area and all below. What it asks is versioned."""

    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: Of the version in force, for lists; empty where nobody has named it yet.
    name = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    group = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    place = models.SmallIntegerField(default=0)
    version = models.IntegerField(default=1)
    #: Taken out of use: what is on it goes on, nothing new comes.
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "group", "place", "id"], name="list_kind_path")]

    @property
    def title(self) -> str:
        """Its name, or which of its group it is."""
        if self.name:
            return self.name
        return str(_("%(group)s, list %(place)d (no name yet)")) % {
            "group": self.group, "place": self.place,
        }  # fmt: skip


class KindVersion(SealedRecord):
    """What a kind asks, from a moment on. Items keep the version under which they were listed."""

    SEALED = ("kind_id", "version", "data", "made_by", "reason")

    kind = models.ForeignKey(ListKind, models.PROTECT, related_name="versions")
    version = models.IntegerField()
    data = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="list_kind_once")]

    @property
    def rules(self) -> KindRules:
        return KindRules(self.data)


class Origin(models.TextChoices):
    """Where a problem came from."""

    HAZARD = "hazard", _("a typical hazard")
    INSPECTION = "inspection", _("an inspection")
    ACCIDENT = "accident", _("an accident")
    MEDIA = "media", _("a media report")
    OTHER = "other", _("another source")


class Closure(models.TextChoices):
    """关停并转, as a watch list has it."""

    CLOSE = "close", pgettext_lazy("closure", "close down")
    STOP = "stop", pgettext_lazy("closure", "stop production")
    MERGE = "merge", pgettext_lazy("closure", "merge")
    CONVERT = "convert", pgettext_lazy("closure", "convert or move away")
    OTHER = "other", pgettext_lazy("closure", "another measure")


class Item(models.Model):
    """A problem on a list. State, deadline, area, sector and history are its case's."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="list_item"
    )
    kind = models.ForeignKey(ListKind, models.PROTECT, related_name="items")
    version = models.ForeignKey(KindVersion, models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    description = models.TextField()
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, null=True, related_name="+")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, null=True)
    origin = models.CharField(max_length=12, choices=Origin)
    #: Which inspection, accident or report.
    origin_text = models.CharField(max_length=ORIGIN_CHARS_MAX, blank=True)
    topic = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    cause = models.TextField(blank=True)
    #: Until when the step that it waits for is to be done, where its kind says so; rectifying
    #: itself has the case's deadline.
    step_due_on = models.DateField(null=True)
    #: What was done, what was done at the source, and what the analysis says.
    result = models.TextField(blank=True)
    source_treated = models.TextField(blank=True)
    analysis = models.TextField(blank=True)
    #: 整改一个问题、固化一项机制、治理一片领域: without all three nothing closes.
    problem_solved = models.TextField(blank=True)
    mechanism = models.TextField(blank=True)
    #: Where the mechanism can be read: a document's number or address.
    mechanism_ref = models.CharField(max_length=300, blank=True)
    field_treated = models.TextField(blank=True)
    #: Of a watched one: which closure measure its unit has to carry out (关停并转), and when
    #: somebody looks next whether it was.
    closure = models.CharField(max_length=10, choices=Closure, blank=True)
    check_due_on = models.DateField(null=True)

    THREE = ("problem_solved", "mechanism", "field_treated")

    @property
    def rules(self) -> KindRules:
        return self.version.rules

    @property
    def three_missing(self) -> list[str]:
        wanted = self.THREE if self.rules.three else ()
        return [name for name in wanted if not getattr(self, name).strip()]


class Promotion(models.Model):
    """A wish to put a hazard on a list (晋级), decided by another person."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("to be decided")
        ACCEPTED = "accepted", _("put on the list")
        DECLINED = "declined", _("not listed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="promotions")
    kind = models.ForeignKey(ListKind, models.PROTECT, related_name="promotions")
    reason = models.TextField()
    topic = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    cause = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField(null=True)
    proposer = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decider = models.CharField(max_length=120, blank=True)
    answer = models.TextField(blank=True)
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="promotions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hazard", "kind"],
                condition=~Q(status="declined"),
                name="promotion_once",
            )
        ]
        indexes = [models.Index(fields=["status", "-proposed_at"], name="promotion_status")]


class Elsewhere(models.Model):
    """A unit that was told to look for the same (举一反三), and its answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="elsewhere")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    wanted = models.TextField()
    due_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    #: How many of the same were found; none is an answer, too.
    found = models.IntegerField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "unit"], name="elsewhere_once")]
        indexes = [
            models.Index(fields=["unit"], name="elsewhere_open", condition=Q(answered_at=None))
        ]


class Evaluation(models.Model):
    """One side's score or verdict in one round."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="evaluations")
    round = models.SmallIntegerField()
    side = models.CharField(max_length=NAME_CHARS_MAX)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    verdict = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120)
    unit_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "round", "side"], name="evaluation_once")
        ]


class ItemCheck(models.Model):
    """Somebody looked whether what was asked for was really carried out (重点跟踪)."""

    class Outcome(models.TextChoices):
        DONE = "done", pgettext_lazy("check", "carried out")
        PARTLY = "partly", pgettext_lazy("check", "carried out in part")
        NOT = "not", pgettext_lazy("check", "not carried out")

    item = models.ForeignKey(Item, models.PROTECT, related_name="checks")
    round = models.SmallIntegerField()
    on = models.DateField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    closure = models.CharField(max_length=10, choices=Closure, blank=True)
    #: Where it was looked at and what was found there.
    found = models.TextField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["item", "-id"], name="item_check_of_item")]


class Setting(OfficeSetting):
    """What an office sets for all lists: age bands, and when a unit's list counts as stale."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="list_setting_once")
        ]


class UnitUpdate(models.Model):
    """When a unit last did something with its problems and with its measures (两个清单).

    Of each list: when its people last acted, when they last said that nothing has changed, and
    ``latest``, the later of the two. Kept by the clock out of the events.
    """

    unit = models.OneToOneField(
        "accounts.Unit", models.CASCADE, primary_key=True, related_name="list_update"
    )
    latest = models.DateTimeField(null=True, db_index=True)
    acted_at = models.DateTimeField(null=True)
    no_change_at = models.DateTimeField(null=True)
    #: 1: the unit itself was told that its list is stale; 2: the unit above it, too.
    told = models.SmallIntegerField(default=0)
    measures_latest = models.DateTimeField(null=True, db_index=True)
    measures_acted_at = models.DateTimeField(null=True)
    measures_no_change_at = models.DateTimeField(null=True)
    measures_told = models.SmallIntegerField(default=0)


class UpdateMark(models.Model):
    """Up to which event the clock has looked."""

    event = models.BigIntegerField(default=0)


class NoChange(models.Model):
    """A unit stated that nothing in one of its lists has changed."""

    class Which(models.TextChoices):
        #: Said before each list had its own day.
        BOTH = "", _("both lists")
        PROBLEMS = "problems", _("problem list")
        MEASURES = "measures", _("measure list")

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120)
    note = models.CharField(max_length=300, blank=True)
    which = models.CharField(max_length=8, choices=Which, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["unit", "-at"], name="no_change_of_unit")]


class LibraryCase(models.Model):
    """A problem that others can learn from (案例库), told by an office in its own words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.OneToOneField(Item, models.PROTECT, related_name="library_case")
    #: Seen in this area, below it and above it.
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    happened = models.TextField()
    cause = models.TextField()
    remedy = models.TextField()
    #: Its tags, with commas around each: codes of sectors, and words of the office's own lists.
    sectors = models.CharField(max_length=300, blank=True)
    hazard_kinds = models.CharField(max_length=TAGS_CHARS_MAX, blank=True, default="")
    tags = models.CharField(max_length=TAGS_CHARS_MAX, blank=True, default="")
    #: A section of GB/T 4754: what kind of enterprise it happened at.
    industry = models.CharField(max_length=1, blank=True, default="")
    #: Where it happened, to the county: no firm is told by its village.
    region = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="library_newest")]


class DeclaredFigure(models.Model):
    """A figure that a document states, kept as it is stated: 305.2万项 is at least 3,052,000."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    #: The kind of fact that counts the same here.
    kind = models.CharField(max_length=40)
    start = models.DateField()
    end = models.DateField()
    text = models.CharField(max_length=60)
    value = models.BigIntegerField()
    #: True where it says 余, 多, 超 or is rounded to 万: the real figure is this or more.
    at_least = models.BooleanField()
    #: To which unit it is rounded; 1 is not rounded.
    rounding = models.BigIntegerField()
    source = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["path", "-start", "-id"], name="declared_figure_path")]
