"""Transfers and letters in the worklist: to sign for, to answer, to judge."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.supervision import commands
from anlan.domain.supervision.loop import LOOPS, NAMES, STATES
from anlan.domain.supervision.models import Paper
from anlan.domain.supervision.permissions import ANSWERS
from anlan.domain.supervision.queries import RECEIVING
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Party
from anlan.kernel.loop.worklist import Tray, Work, among, one_by_one, opened


def trays(by: Actor) -> list[Tray]:
    units = policy.units_of(by, ANSWERS)
    waits = Party.objects.filter(unit__in=units, role__in=RECEIVING, until=None, received_at=None)
    return [
        Tray("receive", _("to sign for"), opened(LOOPS) & among(waits), "paper.receive"),
        Tray("answer", _("to answer"),
             opened(LOOPS, state="assigned") & Q(receiver__in=units), "paper.reply"),
        Tray("verify", _("to verify"), opened(LOOPS, state="rectified"), "paper.judge"),
    ]  # fmt: skip


WORK = Work(
    kinds=NAMES,
    model=Paper,
    related=("case", "case__area", "office", "receiver"),
    view="paper.view",
    trays=trays,
    title=lambda row: f"{row.number} {row.subject}",
    whose=lambda row: f"{row.office.name} → {row.receiver.name}",
    state=lambda row: str(STATES[row.case.state]),
    sign=one_by_one(commands.receive),
)
