"""What the engines keep no word of: why rules were changed, and what an announcement recomputed."""

from __future__ import annotations

from django.db import models

from anlan.kernel.accounts.records import SealedRecord

REASON_CHARS_MAX = 300


class RulesChange(models.Model):
    """Why a version of a loop's settings was made; who and when stand in the version itself."""

    kind = models.CharField(max_length=20)
    version = models.IntegerField()
    reason = models.CharField(max_length=REASON_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="rules_change_version")
        ]


class Recount(models.Model):
    """What counting provisional deadlines again changed, after a year or a day was set (F11)."""

    year = models.SmallIntegerField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)
    #: Provisional deadlines that were counted again.
    counted = models.IntegerField()
    #: Of these, the ones whose day moved or that became final.
    changed = models.IntegerField()
    #: Still provisional afterwards: they run into a year that isn't announced either.
    left = models.IntegerField()
    #: There were too many for one request; the clock counts them within the hour.
    deferred = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["year", "-at"], name="recount_by_year")]


class RetentionRule(SealedRecord):
    """How many days something is kept. Versions: none is overwritten."""

    SEALED = ("code", "version", "days", "reason", "made_by")

    code = models.CharField(max_length=20)
    version = models.IntegerField()
    days = models.IntegerField()
    reason = models.CharField(max_length=REASON_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="retention_rule_version")
        ]
