"""What people and other systems must hear of: a row of the change itself, sent afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7

KIND_CHARS_MAX = 60
ABOUT_CHARS_MAX = 60
KEY_CHARS_MAX = 160


class Notice(models.Model):
    """One event that somebody should hear of. Its words are made when it is read, from ``data``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=KIND_CHARS_MAX)
    #: The id of what it is about.
    about = models.CharField(max_length=ABOUT_CHARS_MAX, blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    #: The event, where whoever posts may post twice; empty means each post is an event.
    key = models.CharField(max_length=KEY_CHARS_MAX, blank=True)
    #: Since when each channel has its deliveries. Null is the outbox.
    fanned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="notice_once")
        ]
        indexes = [
            models.Index("id", name="notice_outbox", condition=Q(fanned_at=None)),
            models.Index("about", name="notice_about"),
        ]


class Recipient(models.Model):
    """Whose inbox a notice is in: a person's, or that of everybody with a post at a unit."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="recipients")
    #: accounts.User or accounts.Unit, one of them.
    user_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_id", "notice"], condition=Q(user_id=None), name="recipient_unit"
            ),
            models.UniqueConstraint(
                fields=["user_id", "notice"], condition=Q(unit_id=None), name="recipient_user"
            ),
            models.CheckConstraint(
                condition=Q(user_id=None, unit_id__isnull=False)
                | Q(unit_id=None, user_id__isnull=False),
                name="recipient_is_one",
            ),
        ]


class Read(models.Model):
    """A person has read a notice."""

    user_id = models.BigIntegerField()
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="reads")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "notice"], name="read_once")]


class ReadAll(models.Model):
    """A person has read everything up to a notice (ids sort by time)."""

    user_id = models.BigIntegerField(primary_key=True)
    until = models.UUIDField()


class Webhook(models.Model):
    """Another system that is told: where, of what, and the secret it checks our signature with."""

    url = models.URLField(max_length=300)
    #: Beginnings of kinds with commas between them ("loop.,hazards."); empty means all.
    kinds = models.CharField(max_length=300, blank=True)
    #: Under crypto.seal_text, bound to this row.
    secret = models.CharField(max_length=300)
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()


class State(models.TextChoices):
    PENDING = "pending", _("waiting")
    SENT = "sent", _("sent")
    #: Tried as often as allowed: a dead letter that a person looks at.
    DEAD = "dead", _("given up")


class Delivery(models.Model):
    """One notice on its way over one channel to one address: at least once, numbered to tell."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    #: "mail" or "webhook:<id>": what fails together, and has a breaker together.
    channel = models.CharField(max_length=30)
    #: accounts.User by id, for mail (the address is looked up when it is sent); else 0.
    user_id = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel", "user_id"], name="delivery_once")
        ]
        indexes = [
            models.Index("channel", "next_at", name="delivery_due", condition=Q(state="pending"))
        ]


class Breaker(models.Model):
    """Trips when a channel fails again and again, so that nobody waits for what is down (F21)."""

    channel = models.CharField(max_length=30, primary_key=True)
    failures = models.IntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
