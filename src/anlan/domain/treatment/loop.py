"""The loops of plans for failing enterprises (一企一策) and of defects (缺陷).

Both go the standard way round: given to the enterprise, reported done, accepted by somebody else.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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

# --- defects (缺陷) -------------------------------------------------------------------------

DEFECT = standard.machine("defect", _("defects"), page="defects:page", prefix="QX")
DEFECT_STATES: dict[str, str | Promise] = {
    "found": _("being filed"),
    "assigned": _("being repaired"),
    "rectified": _("to be accepted"),
    "verified": _("accepted"),
    "closed": pgettext_lazy("state", "closed"),
    "void": _("withdrawn"),
}
KINDS = (*PLAN.kinds, *DEFECT.kinds)
