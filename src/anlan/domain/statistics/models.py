"""Saved views of the analysis, who shares and awaits them, and what the office has set."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.kernel.accounts.office_settings import OfficeSetting

NAME_CHARS_MAX, QUERY_CHARS_MAX, TEXT_CHARS_MAX = 80, 2_000, 300


class View(models.Model):
    """An analysis under a name: an address and no figure, so that it shows what its reader may see.

    ``rolling`` names a kind of period ("month"): the view is always of the latest that is over.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    query = models.CharField(max_length=QUERY_CHARS_MAX)
    rolling = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="statistics_view_once")
        ]

    def __str__(self) -> str:
        return self.name


class Shared(models.Model):
    """A view that the people of a unit find, too."""

    view = models.ForeignKey(View, models.CASCADE, related_name="shares")
    unit = models.ForeignKey("accounts.Unit", models.CASCADE, related_name="+")
    shared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["view", "unit"], name="statistics_shared_once")
        ]


class Awaited(models.Model):
    """Somebody who hears of it when the period of a view is over."""

    view = models.ForeignKey(View, models.CASCADE, related_name="awaited")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    #: The last day of the latest period that they heard of, or of what was over when they asked.
    told_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["view", "user"], name="statistics_awaited_once")
        ]


class Setting(OfficeSetting):
    """What an office sets for all analyses and truth checks."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="statistics_setting_once")
        ]


class Draw(models.Model):
    """Closed cases drawn for a look-back. The seed and the frame draw the same ones again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=200)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    seed = models.CharField(max_length=60)
    wanted = models.IntegerField()
    #: How many closed cases there were to draw from, and a sum over their keys.
    frame = models.IntegerField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["path", "-made_at"], name="statistics_draw_path")]


class Drawn(models.Model):
    """One case of a draw. What came of it is the case's own look-back, and stands here for sums."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="drawn")
    place = models.IntegerField()
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(null=True)
    holds = models.BooleanField(null=True)
    by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "hazard"], name="statistics_drawn_once")
        ]


class Verdict(models.TextChoices):
    EXPLAINED = "explained", _("explained")
    FOLLOWED = "followed", _("followed up")


class Looked(models.Model):
    """What somebody made of a flag: explained, or to be followed up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: Which check, of whom or what, in which period: as the flag names itself.
    rule = models.CharField(max_length=20)
    flag = models.CharField(max_length=200)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=200)
    verdict = models.CharField(max_length=12, choices=Verdict)
    note = models.CharField(max_length=TEXT_CHARS_MAX)
    at = models.DateTimeField()
    who = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["flag", "-at"], name="statistics_looked_flag")]
