"""Work that outlives a request, and work that comes round with the clock: both are rows."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7

KEY_CHARS_MAX = 120
NOTE_CHARS_MAX = 200


class Worker(models.Model):
    """A process that works. It is alive while ``beat`` moves; nobody compares clocks for that."""

    #: host/boot/pid namespace/pid/start: no two processes ever share it.
    id = models.CharField(max_length=120, primary_key=True)
    beat = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField()
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)


class State(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    #: What was asked for can't be done; ``error`` says why, and a repeat would say the same.
    FAILED = "failed", _("not possible")
    #: Tried as often as allowed. A person looks at it and runs it again or lets it be.
    DEAD = "dead", _("given up")
    CANCELLED = "cancelled", _("cancelled")


LIVE = (State.QUEUED, State.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def dead(self) -> Self:
        """The dead letters."""
        return self.filter(state=State.DEAD)


class Job(models.Model):
    """One piece of work, done by one worker at a time, and again if that worker dies.

    Who holds it is ``worker`` and ``attempts`` together; whoever else thinks to hold it finds out
    when it saves its cursor, and its transaction is rolled back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    #: At most one live job has it; empty means no matter.
    key = models.CharField(max_length=KEY_CHARS_MAX, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.SmallIntegerField(default=0)
    attempts_max = models.SmallIntegerField()
    #: Null means at once: a clock that was set back holds up nothing that isn't meant to wait.
    not_before = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    cancel_asked = models.BooleanField(default=False)

    #: Where to go on; saved in the transaction of the effect.
    cursor = models.JSONField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    note = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)
    result = models.JSONField(null=True)
    #: A refusal's code, or an exception's name.
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    #: accounts.User and Unit by id (that app is above this one), and the name for ever.
    user_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    trusted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~Q(key="") & Q(state__in=LIVE), name="job_key_once"
            )
        ]
        indexes = [
            models.Index("state", "id", name="job_live", condition=Q(state__in=LIVE)),
            models.Index(fields=["user_id", "-created_at"], name="job_of_user"),
            models.Index(fields=["task", "-created_at"], name="job_of_task"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.id}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class TickQuerySet(models.QuerySet["Tick"]):
    def unfinished(self) -> Self:
        return self.exclude(finished=F("serial"))


class Tick(models.Model):
    """Work that comes round every so many seconds, wherever it was last done."""

    name = models.CharField(max_length=60, primary_key=True)
    seconds = models.IntegerField()
    #: One up each time it is taken; of two workers that see it due, one moves it.
    serial = models.BigIntegerField(default=0)
    #: The serial that was worked to its end. Behind ``serial`` and its worker dead: do it again.
    finished = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    last_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    took_ms = models.IntegerField(null=True)
    errors = models.IntegerField(default=0)
    error = models.TextField(blank=True)

    objects = TickQuerySet.as_manager()
