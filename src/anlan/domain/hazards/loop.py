"""The loops of this capability: hazards (隐患), and problems (问题), which are counted apart.

Only hazards are graded. Both go the standard way round; what differs is said in commands/.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine

HAZARD = replace(
    standard.machine("hazard", _("items"), page="hazards:page", prefix="YH"),
    words={"escalate": _("take the listing over")},
)
PROBLEM = standard.machine("problem", _("items"), page="hazards:page", prefix="WT")

#: 家, not 家次: an enterprise with several hazards in a month counts once in that month.
ENTERPRISES_FOUND = FactKind(
    "hazard.enterprises",
    _("enterprises with hazards"),
    _("enterprises"),
    _("Each enterprise once a month, in the month in which a hazard was found there."),
    Measure.DISTINCT,
    period="month",
    plain=True,
)

LOOPS: dict[str, Machine] = {machine.kind: machine for machine in (HAZARD, PROBLEM)}
KINDS = (*HAZARD.kinds, *PROBLEM.kinds, ENTERPRISES_FOUND)
