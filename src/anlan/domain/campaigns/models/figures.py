"""Figures of documents that a person confirmed, and what each office counts them as."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.domain.campaigns.models.intake import Intake
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX

#: As long as a fact kind's code may be.
KIND_CHARS_MAX = 60


class QuotedFigure(models.Model):
    """A figure as a document states it, with its place there.

    It is counted in the ledger, as a declared fact of its own batch, only where the ledger knew
    nothing of it; otherwise it is quoted, and ``quoted_because`` says why.
    """

    class Because(models.TextChoices):
        NO_KIND = "no_kind", _("nobody said which figure of ours it is")
        NO_AREA = "no_area", _("it has no area")
        NO_PERIOD = "no_period", _("it has no days")
        NOT_EXACT = "not_exact", _("it isn't exact (about, more than, a share or a change)")
        NOT_OVER = "not_over", _("its period isn't over yet")
        OUTSIDE = "outside", _("its area isn't one of yours")
        MISFIT = "misfit", _("our figure of that name is made of cases, or of whole periods only")
        KNOWN = "known", _("the ledger counts it already")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="figures")
    #: Its key among the intake's figures.
    key = models.CharField(max_length=20)
    #: The request that entered it: what one press entered is withdrawn with one press.
    press = models.UUIDField()
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX, blank=True)
    #: The kind of fact that it is one of, or nothing.
    kind = models.CharField(max_length=KIND_CHARS_MAX, blank=True)
    quoted_because = models.CharField(max_length=10, choices=Because, blank=True)
    indicator = models.CharField(max_length=TITLE_CHARS_MAX)
    value = models.DecimalField(max_digits=20, decimal_places=4)
    measure = models.CharField(max_length=20, blank=True)
    bound = models.CharField(max_length=10, blank=True)
    direction = models.CharField(max_length=10, blank=True)
    baseline = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    period = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    actor = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: The document's words, and where they stand in its text.
    text = models.CharField(max_length=TITLE_CHARS_MAX)
    start = models.IntegerField()
    end = models.IntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-made_at", "-id"], name="quoted_of_unit"),
            models.Index(fields=["kind", "since"], name="quoted_of_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "key"], condition=Q(withdrawn_at=None), name="quoted_once"
            ),
        ]

    @property
    def is_counted(self) -> bool:
        return not self.quoted_because and self.withdrawn_at is None


class FigureWords(models.Model):
    """Which kind of fact an office takes a document's words for: its own choice, remembered."""

    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    words = models.CharField(max_length=TITLE_CHARS_MAX)
    measure = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=KIND_CHARS_MAX)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "words", "measure"], name="figure_words_once"),
        ]
