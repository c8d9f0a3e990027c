"""Files that a form brings along."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared

FILES_MAX = 9


class TooManyFiles(Refusal):
    code = "too_many_files"
    message = _("At most %(max)d files at a time. Send the ones that prove it best.")


def files_of(request: HttpRequest, name: str) -> list[Prepared]:
    """Checked, cleaned and on the disk; the command's transaction hangs them on."""
    sent = request.FILES.getlist(name)
    if len(sent) > FILES_MAX:
        raise TooManyFiles(max=FILES_MAX)
    return [attachments.prepare(file, file.name or "file") for file in sent]
