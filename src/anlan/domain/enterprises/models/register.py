"""The register of what a hazard can be found at: enterprises, and everything else that has one."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.paths import PATH_CHARS_MAX, below
from anlan.base.text import plain
from anlan.domain.enterprises.codes import STATED_CHARS_MAX
from anlan.kernel.accounts.records import RecordQuerySet, SealedRecord

NAME_CHARS_MAX = 200
#: Words of one search; more of them are ignored.
SEARCH_WORDS_MAX = 5


class ObjectKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("enterprise")
    GOVERNMENT = "government", _("government")
    DEPARTMENT = "department", _("department")
    SITE = "site", _("site")
    BUILDING = "building", _("building")
    HOUSE = "house", _("self-built house")
    ROAD_SECTION = "road_section", _("road section")
    VEHICLE = "vehicle", _("vehicle")
    VESSEL = "vessel", _("vessel")


class Scale(models.TextChoices):
    UNKNOWN = "", _("not stated")
    LARGE = "large", _("large")
    MEDIUM = "medium", _("medium")
    SMALL = "small", _("small")
    MICRO = "micro", _("micro")
    SOLE = "sole", _("individual business")


class Status(models.TextChoices):
    ACTIVE = "active", _("in operation")
    CLOSED = "closed", _("closed down")
    MERGED = "merged", _("merged into another entry")


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def listed(self) -> Self:
        """Without entries that were merged into another."""
        return self.filter(merged_into=None)

    def within(self, path: str) -> Self:
        return self.filter(below(path))

    def search(self, text: str) -> Self:
        """Every word of ``text`` occurs in the name, a former name or the credit code.

        The inner queries touch narrow indexes only, so that no second table of bigrams has to be
        written with each import (docs/adr: an enterprise is its credit code).
        """
        found = self
        for word in text.split()[:SEARCH_WORDS_MAX]:
            folded = plain(word)
            if not folded:
                continue
            by_name = Enterprise.objects.filter(plain_name__contains=folded).values("pk")
            former = FormerName.objects.filter(plain_name__contains=folded).values("enterprise")
            match = Q(pk__in=by_name) | Q(pk__in=former)
            if folded.isascii():
                by_code = Enterprise.objects.filter(credit_code__startswith=folded.upper())
                match |= Q(pk__in=by_code.values("pk"))
            found = found.filter(match)
        return found


class Enterprise(models.Model):
    """An enterprise, site, building, road section … that hazards are found at.

    Known by its credit code where it has one, else by its name within its area.
    """

    name = models.CharField(max_length=NAME_CHARS_MAX)
    #: The name as ``base.text.plain`` folds it: how workbooks are matched.
    plain_name = models.CharField(max_length=NAME_CHARS_MAX)
    #: Shape and check digit are right, or it is null (then ``code_missing`` says so in lists).
    credit_code = models.CharField(max_length=18, unique=True, null=True)
    code_missing = models.BooleanField(default=False)
    #: What a sender wrote that can't be a credit code; kept so that somebody can correct it.
    stated_code = models.CharField(max_length=STATED_CHARS_MAX, blank=True)
    kind = models.CharField(max_length=20, choices=ObjectKind, default=ObjectKind.ENTERPRISE)
    #: Found by ``path``.
    area = models.ForeignKey("regions.Region", models.PROTECT, db_index=False)
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: GB/T 4754 at whatever level it is known: "C", "26", "263" or "2631".
    industry = models.CharField(max_length=4, blank=True)
    #: Primary sector. Set by a person or an import, else by the industry's rule.
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, null=True, db_index=False)
    #: Set only where a person named one; else it follows from sector and area (条 × 块).
    regulator = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    lon = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    scale = models.CharField(max_length=10, choices=Scale, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    #: Where this entry came from: "form", "api", "import", "demo" …
    source = models.CharField(max_length=30, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_from")
    #: Proposed by one person, done by another.
    merge_proposed_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    merge_proposed_by = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "plain_name"],
                condition=Q(credit_code=None, merged_into=None),
                name="enterprise_site_once",
            ),
            models.CheckConstraint(
                condition=Q(credit_code__isnull=True, code_missing=True)
                | Q(credit_code__isnull=False, code_missing=False),
                name="enterprise_code_marked",
            ),
        ]
        indexes = [
            models.Index(fields=["plain_name", "id"], name="enterprise_name"),
            models.Index(fields=["path", "plain_name"], name="enterprise_area"),
            models.Index(fields=["sector", "path"], name="enterprise_sector"),
        ]

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A name that an entry had until a day; workbooks go on using it for years."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    plain_name = models.CharField(max_length=NAME_CHARS_MAX)
    until = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["plain_name", "enterprise"], name="enterprise_former_name")]


class SectorChange(models.Model):
    """From which day on an entry counted under which sector, and why."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="sector_changes")
    sector = models.ForeignKey("accounts.Sector", models.PROTECT, null=True)
    since = models.DateField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "since"], name="enterprise_sector_since")]


class IndustryRuleQuerySet(RecordQuerySet):
    def valid_on(self, day: date) -> Self:
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        )


class IndustryRule(SealedRecord):
    """An office's own answer to "which sector is this industry?", over the packaged default."""

    SEALED = ("prefix", "sector_id", "valid_from", "valid_to", "changed_by")

    prefix = models.CharField(max_length=4)
    sector = models.ForeignKey("accounts.Sector", models.PROTECT)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    changed_by = models.CharField(max_length=120, blank=True)

    objects = IndustryRuleQuerySet.as_manager()  # type: ignore[misc]  # of a base's manager

    class Meta:
        indexes = [models.Index(fields=["prefix"], name="industry_rule_prefix")]
