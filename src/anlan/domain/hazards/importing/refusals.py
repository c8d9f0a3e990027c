"""What people can get wrong with a batch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class BatchRunning(Refusal):
    """A batch that is at work, or is over, can't be started or undone again."""

    code = "batch_running"
    message = _("The batch is “%(status)s”, so this can't be done now.")
    status = 409


class NothingReadable(Refusal):
    """No file of the batch could be read; ``reasons`` says why, file by file."""

    code = "nothing_readable"
    message = _("None of the files could be read: %(reasons)s")
