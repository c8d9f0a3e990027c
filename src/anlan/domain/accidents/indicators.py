"""Figures of accidents that campaigns and overviews can ask for; each counts production alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import law
from anlan.domain.accidents.loop import DEATHS, HAPPENED, MISREPORTED, SERIOUS
from anlan.kernel.indicators.declare import Average, Count

OF_WORK = {"scope": ("work",)}
_SOURCE = _("Regulations on reporting and investigating accidents (State Council Order 493)")

INDICATORS = (
    Count("accident.count", _("production-safety accidents"), kind=HAPPENED.code, where=OF_WORK,
          source=_SOURCE, better="down"),
    Count("accident.dead", _("deaths in production-safety accidents"), kind=DEATHS.code,
          where=OF_WORK, source=_SOURCE, better="down"),
    Count("accident.injured", _("serious injuries in production-safety accidents"),
          kind=SERIOUS.code, where=OF_WORK, source=_SOURCE, better="down"),
    Count("accident.larger_up", _("relatively serious accidents and graver"), kind=HAPPENED.code,
          where={**OF_WORK, "grade": law.LARGER_UP}, source=_SOURCE, better="down"),
    Count("accident.major_up", _("serious accidents and graver"), kind=HAPPENED.code,
          where={**OF_WORK, "grade": law.MAJOR_UP}, source=_SOURCE, better="down"),
    Count("accident.misreported", _("found to be misreported"), kind=MISREPORTED.code,
          better="down"),
    Average("accident.dead_each", _("deaths for each accident"), part=DEATHS.code,
            whole=HAPPENED.code, part_where=OF_WORK, whole_where=OF_WORK, digits=2,
            better="down", basis=_("Deaths of the period's accidents for each of them.")),
)  # fmt: skip
