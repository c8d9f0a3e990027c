"""Days that want care ahead of time (重要时间节点): festivals, flood season, large events."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Plan


class KeyDate(models.Model):
    """What comes around, when its tasks are drawn up, and whether they go out by themselves."""

    class Kind(models.TextChoices):
        FESTIVAL = "festival", _("festival")
        SEASON = "season", _("season (flood, heat, fire, ice)")
        EVENT = "event", _("large event")
        MEETING = "meeting", _("important meeting")
        OTHER = "other", _("another time")

    class Rule(models.TextChoices):
        ONCE = "once", _("once, on the days stated")
        YEARLY = "yearly", _("every year, on the same days")
        HOLIDAY = "holiday", _("every year, as the office’s calendar has the holiday")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="key_dates")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    rule = models.CharField(max_length=10, choices=Rule)
    #: The first time; every year it is these days of that year.
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    #: As the calendar calls it.
    holiday = models.CharField(max_length=80, blank=True)
    #: So many days ahead its tasks are drawn up.
    lead_days = models.SmallIntegerField()
    #: They go out at once; else the office looks at the draft first.
    automatic = models.BooleanField(default=False)
    #: The paper that asks for it.
    basis = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rule="holiday", starts_on=None, ends_on=None) & ~Q(holiday="")
                | ~Q(rule="holiday") & Q(ends_on__gte=models.F("starts_on"), holiday=""),
                name="key_date_has_days",
            )
        ]
        indexes = [models.Index(fields=["campaign", "id"], name="key_date_of_campaign")]

    def __str__(self) -> str:
        return self.name


class Precaution(models.Model):
    """A task that is drawn up each time."""

    key_date = models.ForeignKey(KeyDate, models.CASCADE, related_name="precautions")
    place = models.SmallIntegerField()
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    text = models.TextField(blank=True)
    #: As the office writes them, the one that leads first.
    units = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    #: To be done so many days before its first day; none: by its last.
    days_before = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_date", "place"], name="precaution_place")
        ]


class KeyDateRun(models.Model):
    """One time that it came around: the plan that was drawn up, or why there is none."""

    key_date = models.ForeignKey(KeyDate, models.PROTECT, related_name="runs")
    starts_on = models.DateField()
    ends_on = models.DateField()
    plan = models.OneToOneField(Plan, models.PROTECT, null=True, related_name="key_date_run")
    #: The office leaves it out this time.
    skipped_because = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_date", "starts_on"], name="key_date_once")
        ]
