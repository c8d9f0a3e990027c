"""Measures in the worklist: to sign for, to be made."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.measures import commands
from anlan.domain.measures.loop import KIND, MEASURE
from anlan.domain.measures.models import Measure
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.worklist import Tray, Work, among, one_by_one, opened

ROW = ("case", "case__area", "case__sector", "case__unit", "lead")


def trays(by: Actor) -> list[Tray]:
    parties = Party.objects.filter(
        unit__in=policy.units_of(by, ANSWERS), until=None, role=PartyRole.RECTIFIER
    )
    making: Q = opened([KIND], state__in=sorted(MEASURE.unsettled))
    return [
        Tray("receive", _("to sign for"), opened([KIND]) & among(parties.filter(received_at=None)),
             "measures.receive"),
        Tray("make", _("measures to make"), making & among(parties), "measures.receive"),
    ]  # fmt: skip


WORK = Work(
    kinds={KIND: _("measure on a list")},
    model=Measure,
    related=ROW,
    view="measures.view",
    trays=trays,
    title=lambda row: row.title,
    whose=lambda row: row.lead.name,
    state=lambda row: row.state_label,
    sign=one_by_one(commands.receive),
)
