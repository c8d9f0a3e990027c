"""A hazard or problem, where its rows came from, and the batches that brought them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.hazards import objects
from anlan.domain.hazards.objects import About
from anlan.domain.hazards.reading.messages import IGNORED
from anlan.domain.hazards.reading.rows import Finding
from anlan.kernel.papers.batches import SentBatch, SentFile


class Grade(models.TextChoices):
    """Only 隐患 are graded; a grade that nobody stated stays empty."""

    ORDINARY = "ordinary", _("ordinary")
    MAJOR = "major", _("major")


class Source(models.TextChoices):
    SELF_CHECK = "self_check", _("enterprise's own check")
    INSPECTION = "inspection", _("enforcement inspection")
    SUPERVISION = "supervision", _("supervisory inspection")
    COVERT = "covert", _("unannounced check")
    ASSIGNED = "assigned", _("assigned from above")
    EXPERT = "expert", _("expert check")
    TIP_OFF = "tip_off", _("tip-off")
    MONITORING = "monitoring", _("monitoring and warning")
    VIDEO = "video", _("video review")
    ONLINE = "online", _("online inspection")
    GRID = "grid", _("grid worker")
    OTHER = "other", _("other")


class HazardQuerySet(models.QuerySet["Hazard"]):
    def open(self) -> Self:
        return self.filter(case__is_open=True)


class Hazard(models.Model):
    """What was found, and what is to be done about it.

    State, deadline, grade, sector, area and history are the case's.
    """

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="hazard"
    )
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, null=True)
    description = models.TextField()
    category = models.CharField(max_length=80, blank=True)
    #: What it is about, where that is in no register: a building, a road section, a vehicle …
    object_name = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200, blank=True)
    lon = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    found_by = models.CharField(max_length=200, blank=True)
    #: The clause that a person confirmed for the grade; candidates are only offered.
    basis = models.CharField(max_length=300, blank=True)
    grade_confirmed_by = models.BigIntegerField(null=True)

    # The five elements (五落实): measure, responsible, funds, deadline (the case's), contingency.
    measure = models.TextField(blank=True)
    responsible_unit = models.CharField(max_length=200, blank=True)
    responsible_person = models.CharField(max_length=120, blank=True)
    #: In fen (1/100 yuan).
    funds = models.BigIntegerField(null=True)
    contingency = models.TextField(blank=True)

    result = models.TextField(blank=True)
    verifier = models.CharField(max_length=120, blank=True)
    remarks = models.TextField(blank=True)
    #: False where no sighting or person stands behind it any more.
    made_by_hand = models.BooleanField(default=False)

    objects = HazardQuerySet.as_manager()

    class Meta:
        indexes = [
            # Most come without a point and stay out of it.
            models.Index(
                fields=["lat", "lon"], name="hazard_point", condition=models.Q(lat__isnull=False)
            ),
        ]

    #: The five elements by field; the deadline is the case's.
    FIVE_ELEMENTS = ("measure", "responsible_unit", "funds", "due_on", "contingency")

    @property
    def about(self) -> About | None:
        """The object; None where it is about the enterprise as such, or nothing is stated."""
        row = getattr(self, "object_row", None)
        return row.about if row else None

    @property
    def five_missing(self) -> list[str]:
        values = {
            "measure": self.measure,
            "responsible_unit": self.responsible_unit or self.responsible_person,
            "funds": "" if self.funds is None else "stated",
            "due_on": self.case.due_on,
            "contingency": self.contingency,
        }
        return [name for name in self.FIVE_ELEMENTS if not values[name]]


class HazardObject(models.Model):
    """What a hazard is about, where that is no enterprise as such: a building, a vehicle …

    Beside the hazard and not in it: most have none, and imports write none.
    """

    hazard = models.OneToOneField(
        Hazard, models.CASCADE, primary_key=True, related_name="object_row"
    )
    kind = models.CharField(max_length=20, choices=ObjectKind)
    name = models.CharField(max_length=objects.NAME_CHARS_MAX, blank=True)
    #: Number plate, register number of a vessel, code of a road.
    number = models.CharField(max_length=objects.NUMBER_CHARS_MAX, blank=True)
    address = models.CharField(max_length=200, blank=True)
    #: The stakes between which a road section lies, in metres from the road's zero.
    from_m = models.IntegerField(null=True)
    to_m = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind"], name="hazard_object_kind")]

    @property
    def about(self) -> About:
        return About(self.kind, self.name, self.number, self.address, self.from_m, self.to_m)


class Batch(SentBatch):
    """Workbooks that one sender handed in together, and what became of their rows.

    ``plan`` is by file, sheet and table; ``cursor`` is {"file": i, "row": n}.
    """

    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    duplicates = models.IntegerField(default=0)
    ignored = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    #: What a person should look at: importing/doubts.py.
    doubts = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["unit", "-made_at"], name="batch_of_unit")]

    @property
    def rows(self) -> int:
        return (
            self.created
            + self.updated
            + self.unchanged
            + self.duplicates
            + self.ignored
            + self.rejected
        )

    @property
    def rows_tried(self) -> int:
        return sum(self.tried.values())


class BatchFile(SentFile):
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="files")
    order = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "order"], name="batch_file_order")]


class Sighting(models.Model):
    """One source row (or part of a cell) that tells of a case. Withdrawn, never deleted."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("new")
        UPDATED = "updated", _("moved on")
        UNCHANGED = "unchanged", _("known")
        DUPLICATE = "duplicate", _("known from another unit")

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="sightings")
    #: Found by ``sighting_once``.
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="sightings", db_index=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+", db_index=False)
    file = models.SmallIntegerField()
    sheet = models.CharField(max_length=120)
    row = models.IntegerField()
    part = models.SmallIntegerField(default=0)
    outcome = models.CharField(max_length=10, choices=Outcome)
    #: The state that the row claims.
    state = models.CharField(max_length=20, blank=True)
    #: The row as it came, by header; phone and identity numbers in it are sealed (S30).
    raw = models.JSONField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "file", "sheet", "row", "part"], name="sighting_once"
            )
        ]

    @property
    def place(self) -> str:
        """What the sealed cells of ``raw`` are bound to."""
        return f"hazards_sighting.raw:{self.batch_id}:{self.file}:{self.sheet}:{self.row}"


class Identity(models.Model):
    """Which case a source row means: the index that sightings are matched by.

    ``base`` is "u<unit>:<hash of day and text>" within a unit, "x:<hash of day, text and place>"
    across units; ``key`` adds the ordinal of the occurrence. The unique key makes two imports at
    once agree on one case.
    """

    key = models.CharField(max_length=60, primary_key=True)
    base = models.CharField(max_length=50, db_index=True)
    ordinal = models.IntegerField()
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    unit_id = models.BigIntegerField()
    #: As base.text.plain folds them; empty where the row states none.
    enterprise = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200, blank=True)
    #: The area's path, where the row states one.
    path = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case"], name="identity_case")]


class Leftover(models.Model):
    """A source row that became no hazard: rejected with a reason to mend, or ignored with one.

    The sentence is made when somebody reads it, in their language.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="leftovers")
    rejected = models.BooleanField()
    file = models.SmallIntegerField()
    sheet = models.CharField(max_length=120)
    row = models.IntegerField()
    last_row = models.IntegerField()
    #: The column's letter and its header.
    column = models.CharField(max_length=12, blank=True)
    header = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    #: What the sentence needs ({"value": "2024-13-45"}).
    data = models.JSONField(default=dict)
    #: The row as it came, by header, and the name that it keeps for ever: for the workbook to mend.
    raw = models.JSONField(default=dict)
    origin = models.CharField(max_length=200, blank=True)
    table = models.SmallIntegerField(default=0)
    #: What the row became once it was mended and sent again.
    case = models.ForeignKey(
        "loop.Case", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["batch", "rejected", "file", "sheet", "row"], name="leftover_row"),
            models.Index(
                fields=["origin"], condition=Q(case__isnull=False), name="leftover_mended"
            ),
        ]

    @property
    def place(self) -> str:
        """What the sealed cells of ``raw`` are bound to."""
        return f"hazards_leftover.raw:{self.batch_id}:{self.file}:{self.sheet}:{self.row}"

    @property
    def message(self) -> str:
        if not self.rejected:
            return str(IGNORED.get(self.code, self.code))
        return Finding(self.code, self.column, self.header, self.data).message


class ColumnMapping(models.Model):
    """How one sender calls its columns: header text → field, confirmed in the wizard."""

    unit = models.ForeignKey("accounts.Unit", models.CASCADE, related_name="+")
    header = models.CharField(max_length=200)
    field = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "header"], name="mapping_once")]
