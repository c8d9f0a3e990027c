"""Turns at working lists in the worklist: of whoever holds the post, else of the whole unit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actor import Actor
from anlan.domain.campaigns.checklists.loop import KIND, STATES
from anlan.domain.campaigns.checklists.permissions import holds, unheld
from anlan.domain.campaigns.checklists.turns import label_of
from anlan.domain.campaigns.models import ChecklistTurn
from anlan.kernel.loop.worklist import Tray, Work, opened


def trays(by: Actor) -> list[Tray]:
    return [
        Tray("tick", pgettext_lazy("checklist", "lists to work through"),
             opened((KIND,), state="assigned") & (holds(by) | unheld(by)), "checklist_turns.fill"),
    ]  # fmt: skip


def _title(row: ChecklistTurn) -> str:
    name = row.copy.checklist.name
    return f"{name} · {label_of(row.period)}" if row.period else name


WORK = Work(
    kinds={KIND: _("turn at a working list")},
    model=ChecklistTurn,
    related=("case", "case__area", "copy__checklist", "unit"),
    view="checklist_turns.view",
    trays=trays,
    title=_title,
    whose=lambda row: f"{row.unit.name} {row.post}".strip(),
    state=lambda row: str(STATES[row.case.state]),
)
