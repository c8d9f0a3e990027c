"""Duty letters (目标责任书): what one side undertakes towards the other, and who has signed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Line


class Letter(models.Model):
    """A duty letter. State, the day by which it is to be signed, and history are its case's."""

    case = models.OneToOneField(
        "loop.Case", models.PROTECT, primary_key=True, related_name="duty_letter"
    )
    #: A year's letter may belong to no campaign.
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="letters")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    starts_on = models.DateField()
    ends_on = models.DateField()
    #: What stands before the articles, and after them.
    preamble = models.TextField(blank=True)
    closing = models.TextField(blank=True)


class LetterArticle(models.Model):
    """One duty; taken from a plan's line, or written for the letter. Fixed once it is sent out."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="articles")
    place = models.SmallIntegerField()
    text = models.TextField()
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "place"], name="article_place")]


class LetterTarget(models.Model):
    """A number that is undertaken, by mid-year and by the year's end. Fixed once it is sent out.

    ``indicator`` is the figure that counts it; empty where none of ours does: points for it are
    given by hand, with their evidence.
    """

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="targets")
    place = models.SmallIntegerField()
    name = models.CharField(max_length=NAME_CHARS_MAX)
    indicator = models.CharField(max_length=60, blank=True)
    #: Not more than the number, as of accidents; else not less, as of a rate.
    at_most = models.BooleanField()
    #: Nothing is undertaken by mid-year where it is null.
    mid = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    end = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "place"], name="letter_target_place"),
            models.UniqueConstraint(fields=["letter", "name"], name="letter_target_once"),
        ]


class Signatory(models.Model):
    """Who signs for a side, in which post, and when it was signed."""

    class Side(models.TextChoices):
        GIVES = "gives", _("the side that sets the duties")
        TAKES = "takes", _("the side that undertakes them")

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="signatories")
    side = models.CharField(max_length=6, choices=Side)
    place = models.SmallIntegerField()
    unit_name = models.CharField(max_length=TITLE_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    person = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    post = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    signed_on = models.DateField(null=True)
    #: Who put the signature on record here: of a letter signed on paper, its office.
    recorded_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "place"], name="signatory_place")]
