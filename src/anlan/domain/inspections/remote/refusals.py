"""What can't be done with a check from afar, and how to mend it."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.base.refusal import Refusal


class RemoteRefused(Refusal):
    """``field`` says which field to mend."""

    code = "remote_refused"
    message = _("%(reason)s")


stated = partial(text.stated, refusal=RemoteRefused)
short = partial(text.short, refusal=RemoteRefused)
