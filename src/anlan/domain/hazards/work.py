"""Hazards and problems in the worklist: their heaps, and what a row shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.hazards import columns, commands, queries
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.loop import worklist
from anlan.kernel.loop.labels import state_label
from anlan.kernel.loop.worklist import Tray, Work

ANSWERS = (Role.RECTIFIER, Role.OFFICE, Role.LEADER, Role.INSPECTOR)
KINDS = {"hazard": _("hazard"), "problem": _("problem")}
NEEDS = {
    "receive": "hazard.receive", "rectify": "hazard.rectify", "assign": "hazard.assign",
    "verify": "hazard.verify", "close": "hazard.close",
    "second": "hazard.close", "extension": "hazard.decide_extension",
}  # fmt: skip


def trays(by: Actor) -> list[Tray]:
    return worklist.trays(by, KINDS, answers=policy.units_of(by, ANSWERS), needs=NEEDS)


def sign(pks: Sequence[UUID], by: Actor, at: datetime, request_id: UUID) -> None:
    commands.receive(pks, by=by, at=at, request_id=request_id)


WORK = Work(
    kinds=KINDS,
    model=Hazard,
    related=queries.ROW,
    view="hazard.view",
    trays=trays,
    title=columns.text_of,
    whose=columns.whose,
    state=lambda row: state_label(row.case.state),
    mark=columns.grade_of,
    sign=sign,
    page=queries.page_of,
    always_many=True,
)
