"""The loop of a plan for one failing enterprise (一企一策): the standard way round.

Drawn up and assigned to the enterprise, reported done, accepted by somebody else, closed.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.loop import standard

PLAN = standard.machine("remedy", _("plans"), page="treatment:plan", prefix="QC")

#: What the states of the standard loop mean for a plan.
STATES: dict[str, str | Promise] = {
    "found": _("being drawn up"),
    "assigned": _("being carried out"),
    "rectified": _("to be accepted"),
    "verified": _("accepted"),
    "closed": _("accepted"),
    "void": _("withdrawn"),
}
KINDS = PLAN.kinds
