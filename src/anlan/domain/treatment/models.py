"""Plans for failing enterprises; equipment and its defects, and whom each level notifies.

State, deadline, parties and history are the case's. A plan's progress is its hazards' state.
"""

from __future__ import annotations

from django.db import models

from anlan.base.paths import PATH_CHARS_MAX

NAME_CHARS_MAX = 120
TEXT_CHARS_MAX = 1_000


class RemedyPlan(models.Model):
    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="remedy_plan"
    )
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    #: What the plan shall reach, in the office's words.
    aim = models.TextField(blank=True)
    #: What the enterprise reported, and what the acceptance found.
    result = models.TextField(blank=True)
    opinion = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class RemedyMeasure(models.Model):
    """One finding of the plan, with its measure, who answers for it, until when, at what cost."""

    plan = models.ForeignKey(RemedyPlan, models.PROTECT, related_name="measures")
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="remedy_measures")
    order = models.SmallIntegerField()
    measure = models.TextField()
    responsible = models.CharField(max_length=NAME_CHARS_MAX)
    due_on = models.DateField()
    #: In fen (1/100 yuan).
    funds = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "hazard"], name="remedy_finding_once")
        ]


# --- defects (缺陷) -------------------------------------------------------------------------

CODE_CHARS_MAX = 60
#: Three levels (一级至三级); which of them is the gravest an office says by naming them.
LEVELS = (1, 2, 3)


class Equipment(models.Model):
    """A piece of equipment, known by the code on its label."""

    code = models.CharField(max_length=CODE_CHARS_MAX, unique=True)
    kind = models.CharField(max_length=NAME_CHARS_MAX)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    sector = models.ForeignKey(
        "accounts.Sector", models.PROTECT, null=True, related_name="+", db_index=False
    )
    place = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["path", "id"], name="equipment_area")]

    def __str__(self) -> str:
        return self.name


class DefectLevel(models.Model):
    """What an office calls a level, and which departments a defect of it notifies."""

    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    level = models.SmallIntegerField()
    name = models.CharField(max_length=CODE_CHARS_MAX)
    units = models.ManyToManyField("accounts.Unit", related_name="+")
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "level"], name="defect_level_once")]


class Defect(models.Model):
    """A defect of a piece of equipment; who is notified are the parties of its case."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="defect"
    )
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="defects")
    level = models.SmallIntegerField()
    #: What the level was called when it was filed.
    level_name = models.CharField(max_length=CODE_CHARS_MAX)
    description = models.TextField()
    result = models.TextField(blank=True)


class DefectAnswer(models.Model):
    """What a notified department answers; the log goes on until the defect is closed."""

    defect = models.ForeignKey(Defect, models.PROTECT, related_name="answers")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)
