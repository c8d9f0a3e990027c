"""What a person asks of the data that is kept about them (S39; PIPL 44 to 50)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.limits import TEXT_CHARS_MAX


class DataRequest(models.Model):
    """A wish that a person can't fulfil alone, with the day by which it must be answered."""

    class Kind(models.TextChoices):
        CORRECT = "correct", _("Correct something")
        ERASE = "erase", _("Close my account and delete my data")
        EXPLAIN = "explain", _("Explain what is kept and why")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField(max_length=TEXT_CHARS_MAX)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    #: Whether it was done as asked; None while it waits.
    done = models.BooleanField(null=True)
    answer = models.TextField(max_length=TEXT_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(answered_at=None), name="data_request_once"
            )
        ]
        indexes = [models.Index("due_on", name="data_request_due", condition=Q(answered_at=None))]
