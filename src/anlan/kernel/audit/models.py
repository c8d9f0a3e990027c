"""Who did what, to what, when, from where and why: rows that nobody can bend.

Three tables, because each is written by somebody else: a row by the transaction it speaks of, its
link in the chain by the sealer afterwards, the key of a person's values by whoever keeps keys.
"""

from __future__ import annotations

from django.db import models

#: The object of a row: "hazards.hazard" and its id.
OBJECT_CHARS_MAX = 60
ACTOR_CHARS_MAX = 120


class AuditRow(models.Model):
    """One act. Append-only: the database refuses UPDATE, DELETE and TRUNCATE.

    ``before`` and ``after`` are canonical JSON kept as text, because the MAC is over their bytes.
    """

    id = models.BigAutoField(primary_key=True)
    #: The writing transaction on PostgreSQL (a column default); 0 on SQLite, where ids commit in
    #: order. The sealer looks for new rows by it.
    tx = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    #: accounts.User by id (that app is above this one); null for the clock and the command line.
    user_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=ACTOR_CHARS_MAX)
    unit_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=OBJECT_CHARS_MAX)
    object_id = models.CharField(max_length=OBJECT_CHARS_MAX)
    result = models.CharField(max_length=12, default="ok")
    reason = models.TextField(blank=True)
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    request_id = models.UUIDField(null=True)
    #: Makes each MAC different, so that a copied row shows.
    nonce = models.BigIntegerField()
    key = models.CharField(max_length=12)
    mac = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index("at", "id", name="audit_at"),
            models.Index("object_type", "object_id", "id", name="audit_object"),
            models.Index("actor", "id", name="audit_actor"),
            models.Index("action", "id", name="audit_action"),
            models.Index("id", name="audit_not_ok", condition=~models.Q(result="ok")),
        ]


class Link(models.Model):
    """A row's place in the chain. ``id`` counts without a gap; made by the sealer alone.

    head = HMAC(previous head, row id, the row's MAC): a row that is changed, moved, put in or
    taken out breaks every head after it.
    """

    id = models.BigIntegerField(primary_key=True)
    row_id = models.BigIntegerField(unique=True)
    head = models.BinaryField(max_length=32)


class Seal(models.Model):
    """One pass of the sealer: up to which link it went, and what it saw. Also in the heads file."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    last_link = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    key = models.CharField(max_length=12)
    #: Every row before it (by tx on PostgreSQL, by id on SQLite) has its link.
    mark = models.BigIntegerField()
    #: Which cluster ``mark`` is of: another one counts its transactions afresh.
    cluster = models.CharField(max_length=30)


class Purge(models.Model):
    """Rows past their time that went into an archive. The chain now begins after ``last_link``."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=ACTOR_CHARS_MAX)
    last_link = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    rows = models.BigIntegerField()
    archive = models.CharField(max_length=120)
    #: The archive file's sum, with its algorithm before it.
    sum = models.CharField(max_length=80)


class SubjectKey(models.Model):
    """The key of one person's values in ``before`` and ``after``, wrapped by the installation's.

    Forgetting a person empties ``wrapped``: their values are then unreadable, the chain stays.
    """

    subject = models.CharField(max_length=80, primary_key=True)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)
