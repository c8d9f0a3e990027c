"""When an inquiry goes a level up: rules of an office's own, as its documents word them."""

from __future__ import annotations

from django.db import models

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.accidents.models.register import NAME_CHARS_MAX, PLACE_CHARS_MAX


class RaisingRules(models.Model):
    """All rules of an area that hold from then on; a version, which never changes.

    ``rules`` is what raising.py reads. None comes with the system: the law leaves it to a level
    above to take an inquiry (Article 20), and documents of the areas say when it does.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    version = models.IntegerField()
    rules = models.JSONField(default=list)
    source = models.CharField(max_length=PLACE_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "version"], name="raising_rules_once")
        ]
