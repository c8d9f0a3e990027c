"""Files that prove something: photos before and after, papers, workbooks as they came."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7

NAME_CHARS_MAX = 150


class Blob(models.Model):
    """A file in the store, named by the sum of its bytes; many attachments may point to it."""

    #: With its algorithm before it ("sm3:66c7…").
    sum = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=80)
    size = models.BigIntegerField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    #: Holds ciphertext (crypto.seal), bound to its attachment.
    sealed = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    #: Since when its bytes no longer fit its sum: not served until a backup has put them right.
    bad_since = models.DateTimeField(null=True)


class Role(models.TextChoices):
    BEFORE = "before", _("before rectification")
    AFTER = "after", _("after rectification")
    EVIDENCE = "evidence", _("evidence")
    SOURCE = "source", _("source")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, object_type: str, object_id: object) -> Self:
        """What hangs on an object and wasn't withdrawn, in the order it came."""
        return self.filter(
            object_type=object_type, object_id=str(object_id), withdrawn_at=None
        ).order_by("id")


class Attachment(models.Model):
    """A file on an object: the version that circulates, and the original under seal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    #: What circulates: without place, device and author where ``stripped`` says so.
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    thumbnail = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="+")
    original = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="+")
    #: The sum of the file as it was sent, so that the same one sent again is known.
    sent_sum = models.CharField(max_length=80)
    stripped = models.BooleanField()
    #: accounts.User by id; ``actor`` is who it was in words, for ever.
    user_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    unit_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("object_type", "object_id", "id", name="attachment_object")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.thumbnail_id is not None
