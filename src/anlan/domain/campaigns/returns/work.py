"""Returns in the worklist: to be filed by who owes them, to be read by who wants them."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Return
from anlan.domain.campaigns.permissions import ANSWERS
from anlan.domain.campaigns.returns.loop import KIND, STATES
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Extension
from anlan.kernel.loop.worklist import Tray, Work, opened


def trays(by: Actor) -> list[Tray]:
    units = policy.units_of(by, ANSWERS)
    wishes = Extension.objects.filter(granted=None)
    return [
        Tray("extension", _("extensions to decide"),
             opened((KIND,), state="assigned") & Q(pk__in=wishes.values("case")),
             "returns.decide_extension"),
        Tray("file", _("to file"), opened((KIND,), state="assigned") & Q(unit__in=units),
             "returns.file"),
        Tray("report", _("reports to read"), opened((KIND,), state="rectified"),
             "returns.answer"),
    ]  # fmt: skip


WORK = Work(
    kinds={KIND: _("return of a reporting duty")},
    model=Return,
    related=("case", "case__area", "duty", "unit"),
    view="returns.view",
    trays=trays,
    title=lambda row: row.duty.title,
    whose=lambda row: row.unit.name,
    state=lambda row: str(STATES[row.case.state]),
)
