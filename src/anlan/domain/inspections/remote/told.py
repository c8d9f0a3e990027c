"""What enterprises are told of checks from afar, worded when they read it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.domain.inspections.remote.models import Way
from anlan.kernel.notices.kinds import declare

PAGE = "remote:one"

declare(
    "remote.told",
    _("%(unit)s looked at %(firm)s from afar (%(way)s); read what was found and sign for it."),
    PAGE,
    codes={"way": dict(Way.choices)},
)
declare(
    "remote.withdrawn",
    _("What %(unit)s told you of %(firm)s was withdrawn: %(reason)s"),
)
