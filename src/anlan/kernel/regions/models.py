"""The division tree by GB/T 2260 with its history, and areas that are no division.

A region is known by its id; code and name are attributes with dates (623 codes were reassigned
since 1980). A rename or a new code keeps the id; a merge, split or transfer makes new regions,
and lineage says from which.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.base.paths import PATH_CHARS_MAX, below

CODE_CHARS_MAX = 20
NAME_CHARS_MAX = 80


class Level(models.IntegerChoices):
    NATION = 0, _("nation")
    PROVINCE = 1, _("province")
    PREFECTURE = 2, _("prefecture")
    COUNTY = 3, _("county")
    TOWNSHIP = 4, _("township")
    VILLAGE = 5, _("village")
    GRID = 6, _("grid")


class Change(models.TextChoices):
    """What a lineage row says happened."""

    RENAME = "rename", _("renamed")
    RECODE = "recode", _("new code")
    MERGE = "merge", _("merged")
    TRANSFER = "transfer", _("transferred")
    SPLIT = "split", _("split")
    ABOLISH = "abolish", _("abolished")


class RegionQuerySet(models.QuerySet["Region"]):
    def below(self, region: Region) -> Self:
        """``region`` itself and everything below it."""
        return self.filter(below(region.path))

    def current(self) -> Self:
        return self.filter(valid_to=None)


class Region(models.Model):
    """A place that figures are kept for. ``code`` and ``name`` are the current ones.

    An ended region keeps its last code until another takes it; then the year in which it ended
    is put behind (530121~1997), so that a code names one row. Ask `queries.by_code`.
    """

    code = models.CharField(max_length=CODE_CHARS_MAX, unique=True)
    name = models.CharField(max_length=NAME_CHARS_MAX)
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
            models.Index("pinyin", name="region_pinyin"),
            # Holds all that a search inside names reads (see queries.find).
            models.Index("name", "valid_to", "level", "code", name="region_name"),
            models.Index("full_name", name="region_full_name"),
            models.Index("level", "code", name="region_level"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="region_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.NATION, parent=None)
                | Q(level__gt=Level.NATION, parent__isnull=False),
                name="region_has_a_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def exists_on(self, day: date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class RegionCode(models.Model):
    """Which region held a code, and from when to when; null is "always" and "still".

    Where a source dates a change by its year only, the new code counts from 1 January and the
    old one is understood until 31 December, unless somebody else took it over in that year.
    """

    region = models.ForeignKey(Region, models.CASCADE, related_name="codes")
    code = models.CharField(max_length=CODE_CHARS_MAX)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index("code", "valid_from", name="region_code_since")]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to=None), name="region_code_held_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="region_code_ends_after_it_begins",
            ),
        ]


class RegionName(models.Model):
    """What a region was called, dated as codes are."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="names")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index("name", name="region_name_ever")]


class Lineage(models.Model):
    """What became of a region: one row for each successor, or one without where there is none.

    A rename or new code points from the region to itself.
    """

    old = models.ForeignKey(Region, models.PROTECT, related_name="successions")
    new = models.ForeignKey(Region, models.PROTECT, null=True, related_name="origins")
    kind = models.CharField(max_length=10, choices=Change)
    #: The first day of the new state; 1 January where only the year is known.
    day = models.DateField()
    day_known = models.BooleanField(default=True)
    #: The whole of the old area went to the new one, so that its figures count there.
    #: False where it was split: its figures can't be divided, and say so.
    divisible = models.BooleanField(default=False)
    #: What was written before and after: 密云县 110228 → 密云区 110118.
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    #: The document's number (国函〔2009〕125号).
    doc_no = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index("day", name="region_lineage_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["old", "new", "day", "kind"],
                # A name may be corrected twice on one day.
                condition=~Q(kind__in=["rename", "recode"]),
                name="region_lineage_said_once",
            ),
        ]


class AssessmentTree(models.Model):
    """Who is assessed under whom, from a day on: 省直管县 beside prefectures, zones as counties.

    It changes what is compared and added up, not what is where.
    """

    name = models.CharField(max_length=NAME_CHARS_MAX)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "valid_from"], name="tree_named_once")
        ]

    def __str__(self) -> str:
        return self.name


class AssessmentNode(models.Model):
    """A region's one place in a tree."""

    tree = models.ForeignKey(AssessmentTree, models.CASCADE, related_name="nodes")
    region = models.ForeignKey(Region, models.PROTECT, related_name="assessment_nodes")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    sort = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tree", "region"], name="tree_places_a_region_once"),
            models.UniqueConstraint(
                fields=["tree"], condition=Q(parent=None), name="tree_has_one_root"
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="tree_node_is_not_its_own_parent"
            ),
        ]


class Boundary(models.Model):
    """A region's shape. Public Chinese maps need an approval number (审图号); a sketch has none."""

    region = models.OneToOneField(Region, models.CASCADE, primary_key=True)
    #: A GeoJSON geometry, WGS-84/CGCS2000 degrees.
    geometry = models.TextField()
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=60, blank=True)
    approval_no = models.CharField(max_length=40, blank=True)
    #: 示意图: good for finding one's way, not for showing where a border runs.
    is_sketch = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "boundaries"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_sketch=True) | ~Q(approval_no=""),
                name="boundary_is_approved_or_a_sketch",
            )
        ]
