"""Appeals in the worklist: to be answered by the office that keeps the ranking."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.assessments import commands
from anlan.domain.assessments.loop import KIND
from anlan.domain.assessments.models import Appeal
from anlan.domain.assessments.permissions import GIVES
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.worklist import Tray, Work, among, one_by_one, opened

ROW = ("case", "case__area", "case__sector", "case__unit", "score", "score__run__scheme")


def trays(by: Actor) -> list[Tray]:
    parties = Party.objects.filter(
        unit__in=policy.units_of(by, GIVES), until=None, role=PartyRole.RECTIFIER
    )
    return [
        Tray("receive", _("to sign for"), opened([KIND]) & among(parties.filter(received_at=None)),
             "appeals.receive"),
        Tray("answer", _("appeals to answer"), opened([KIND]) & among(parties), "appeals.answer"),
    ]  # fmt: skip


WORK = Work(
    kinds={KIND: _("appeal against a score")},
    model=Appeal,
    related=ROW,
    view="appeals.view",
    trays=trays,
    title=lambda row: f"{row.score.name} · {row.score.run.scheme.name}",
    whose=lambda row: row.score.name,
    state=lambda row: row.state_label,
    sign=one_by_one(commands.receive),
)
