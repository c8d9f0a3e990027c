"""./anlan original: a file as it was sent, from under its seal, with a reason, on record (S49)."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import NotFound, Refusal
from anlan.config.cli_say import emit, say
from anlan.kernel.papers import attachments
from anlan.kernel.papers.models import Attachment


class FileThere(Refusal):
    code = "file_there"
    message = gettext_lazy("%(file)s is there already. Name another file.")


def original(args: Namespace) -> int:
    """Write the original into a new file that only its owner reads."""
    try:
        pk = UUID(args.attachment)
    except ValueError:
        raise NotFound from None
    attachment = Attachment.objects.filter(pk=pk).first()
    if attachment is None:
        raise NotFound
    target = Path(args.file)
    try:
        # Made before anything is opened: whoever can't keep it needn't have looked.
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileThere(file=str(target)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(
            attachments.original(attachment, by=args.actor, at=timezone.now(), reason=args.reason)
        )
    if args.json:
        emit({"file": str(target), "name": attachment.name, "sum": attachment.sent_sum})
    say(_("%(name)s as it was sent lies in %(file)s.") % {"name": attachment.name, "file": target})
    return 0
