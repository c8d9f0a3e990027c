"""The division tree by GB/T 2260 with its history, and areas that are no division.

A region is known by its id; code and name are attributes with dates (623 codes were reassigned
since 1980). A rename or a new code keeps the id; a merge, split or transfer makes new regions,
and lineage says from which.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.paths import PATH_CHARS_MAX, below


class Level(models.IntegerChoices):
    NATION = 0, _("nation")
    PROVINCE = 1, _("province")
    PREFECTURE = 2, _("prefecture")
    COUNTY = 3, _("county")
    TOWNSHIP = 4, _("township")
    VILLAGE = 5, _("village")
    GRID = 6, _("grid")


class RegionQuerySet(models.QuerySet["Region"]):
    def below(self, region: Region) -> Self:
        """``region`` itself and everything below it."""
        return self.filter(below(region.path))

    def current(self) -> Self:
        return self.filter(valid_to=None)


class Region(models.Model):
    """A place that figures are kept for. ``code`` and ``name`` are the current ones."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    #: Full name from the province down, without spaces: 云南省昆明市五华区.
    full_name = models.CharField(max_length=200)
    level = models.SmallIntegerField(choices=Level)
    #: What it is called officially: 地级市, 自治县, 街道, 开发区 …
    kind = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=PATH_CHARS_MAX, unique=True)
    #: False for development zones and the like, which are in no GB/T 2260 table.
    is_division = models.BooleanField(default=True)
    valid_from = models.DateField(null=True)
    #: The last day on which it existed; null while it exists.
    valid_to = models.DateField(null=True)
    #: Pinyin initials and full pinyin of the name, for searching.
    initials = models.CharField(max_length=80, blank=True)
    pinyin = models.CharField(max_length=200, blank=True)
    lon = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    source = models.CharField(max_length=40, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("parent", "code", name="region_children"),
            models.Index("initials", name="region_initials"),
            models.Index("level", "code", name="region_level"),
        ]

    def __str__(self) -> str:
        return self.name
