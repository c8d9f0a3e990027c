"""One table and three lists (一表三清单): as an office wants them, a unit's own, their rows."""

from __future__ import annotations

from django.db import models

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.campaigns.models.limits import TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign


class Tally(models.Model):
    """Three lists with their columns, and a table whose figures count the lists' rows.

    No document says which columns they have: the office names them (tallies.spec.Spec). What is
    handed out stands, for units have written by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="tallies")
    name = models.CharField(max_length=TITLE_CHARS_MAX)
    basis = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    spec = models.JSONField()
    #: From when it is handed out; until then it may be changed.
    issued_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["campaign", "id"], name="tally_of_campaign")]

    def __str__(self) -> str:
        return self.name


class TallyCopy(models.Model):
    """A unit's own table and lists."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tally = models.ForeignKey(Tally, models.PROTECT, related_name="copies")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: The table's figures in order, each [n, of]: written with every change of a row, so that table
    #: and lists never part; ``./anlan check`` counts them again.
    sums = models.JSONField(default=list)
    #: The last number given in each list.
    numbers = models.JSONField(default=list)
    updated_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tally", "unit"], name="tally_copy_once")]
        indexes = [models.Index(fields=["tally", "path", "id"], name="tally_copy_path")]


class TallyRow(models.Model):
    """A row of one of a unit's three lists. Taken out it stays, and counts no more."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    copy = models.ForeignKey(TallyCopy, models.PROTECT, related_name="rows")
    #: Which of the three, from 0.
    place = models.SmallIntegerField()
    number = models.IntegerField()
    #: By the list's columns, in their order: a text, hundredths of a number, a day as 2024-06-25.
    values = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["copy", "place", "number"], name="tally_row_once")
        ]
