"""Which days are worked, as the State Council's office announces it year by year.

Only exceptions are kept: a weekday off, a weekend worked (调休). Every other day is what its
weekday says.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CalendarYear(models.Model):
    """Whether a year's holidays are announced. A year without a row isn't."""

    year = models.SmallIntegerField(primary_key=True)
    announced = models.BooleanField(default=False)
    #: "packaged", or who put it in.
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=1949, year__lte=2199), name="calendar_year_is_plausible"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that isn't what its weekday says."""

    day = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    #: The holiday's name.
    note = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=120)
    #: Statutory, but the year's days off in lieu aren't announced yet.
    provisional = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.day)
