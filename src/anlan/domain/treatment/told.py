"""What people are told of defects, worded when they read it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.notices.kinds import declare

declare(
    "defect.filed",
    _("%(level)s at %(equipment)s: sign for it and answer what you do about it."),
    "defects:page",
    urgent=True,
)
