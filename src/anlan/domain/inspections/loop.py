"""What sweeps and own checks post to the ledger. 家 and 家次 are counted apart."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.indicators.declare import Count

#: Labels by which these facts are narrowed, beside the sector.
SWEEP, TEAM, WHY = "sweep", "team", "why"

TO_VISIT = FactKind(
    "sweep.to_visit",
    _("to be visited"),
    _("subjects"),
    _("Subjects in the register of a sweep, counted on its first day."),
)
VISITED = FactKind(
    "sweep.visited",
    _("visited"),
    _("subjects"),
    _("Each subject once in a sweep, by the day of the visit that was entered first."),
)
VISIT = FactKind(
    "sweep.visit",
    _("visits made"),
    _("visits"),
    _("Every visit by its day, a second one to the same subject among them."),
)
OFFICERS = FactKind(
    "sweep.officers",
    _("law-enforcement officers sent out"),
    _("person-times"),
    _("By the day of the visit; the sum of what the visits state, somebody on each of them."),
)
EXPERTS = FactKind(
    "sweep.experts",
    _("experts who took part"),
    _("person-times"),
    _("By the day of the visit; the sum of what the visits state, somebody on each of them."),
)
#: Over several sweeps: what "inspect 50 mines" counts.
INSPECTED = FactKind(
    "sweep.inspected",
    _("enterprises inspected"),
    _("enterprises"),
    _("Each enterprise once in a month, in however many sweeps, visits and records of on-site "
      "inspection, by their days."),
    Measure.DISTINCT,
    "month",
)  # fmt: skip
#: 检查次数 over sweeps and the book of enforcement: who is in both isn't counted twice.
CALL = FactKind(
    "sweep.call",
    _("inspections made"),
    _("visits"),
    _("Visits of sweeps and records of on-site inspection; those of one unit at one enterprise on "
      "one day count once."),
    Measure.DISTINCT,
    "month",
)  # fmt: skip
CHECKED = FactKind(
    "selfcheck.done",
    _("own checks"),
    _("checks"),
    _("Checks that enterprises did at their own places, by the day of the check."),
)
SELF_FOUND = FactKind(
    "selfcheck.found",
    _("hazards found by own checks"),
    _("items"),
    _("Hazards that enterprises found by their own checks, by the day of the check."),
)
KINDS = (TO_VISIT, VISITED, VISIT, OFFICERS, EXPERTS, INSPECTED, CALL, CHECKED, SELF_FOUND)

_SOURCE = _("the notice of the sweep (大排查大整治), which counts each subject once")
VISITED_COUNT = Count("sweep.visited", _("Visited"), VISITED.code, source=_SOURCE, better="up")
VISIT_COUNT = Count("sweep.visits", _("Visits"), VISIT.code, source=_SOURCE)
_TABLE = _("the monthly table of law enforcement (执法与整治月度统计)")
OFFICERS_COUNT = Count("sweep.officers", _("Officers sent out"), OFFICERS.code, source=_TABLE)
EXPERTS_COUNT = Count("sweep.experts", _("Experts who took part"), EXPERTS.code, source=_TABLE)
_LAW = _("Work Safety Law, article 41: enterprises look for and treat hazards themselves")
CHECKED_COUNT = Count("selfcheck.done", _("Own checks"), CHECKED.code, source=_LAW, better="up")
SELF_FOUND_COUNT = Count("selfcheck.found", _("Self-found"), SELF_FOUND.code, source=_LAW)
INDICATORS = (
    VISITED_COUNT, VISIT_COUNT, OFFICERS_COUNT, EXPERTS_COUNT, CHECKED_COUNT, SELF_FOUND_COUNT,
)  # fmt: skip
