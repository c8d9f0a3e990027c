"""Plans and defects in the worklist: to sign for, to carry out, to answer, to accept."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.treatment import commands
from anlan.domain.treatment.loop import DEFECT, DEFECT_STATES, PLAN, STATES
from anlan.domain.treatment.models import Defect, DefectAnswer, RemedyPlan
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop import worklist
from anlan.kernel.loop.models import Event, Party, PartyRole
from anlan.kernel.loop.worklist import Tray, Work, among, one_by_one, opened

_PLANS = {"receive": "remedy.receive", "rectify": "remedy.report"}
_DEFECTS = {"receive": "defect.receive", "rectify": "defect.repair", "verify": "defect.accept"}


def plan_trays(by: Actor) -> list[Tray]:
    units = policy.units_of(by, (Role.RECTIFIER,))
    # Whoever drew a plan up doesn't accept it.
    own = Event.objects.filter(case=OuterRef("case__pk"), user_id=by.user_id, step="find")
    done = opened([PLAN.kind], state="rectified") & ~Q(Exists(own))
    return [
        *worklist.trays(by, [PLAN.kind], answers=units, needs=_PLANS),
        Tray("verify", _("to verify"), done, "remedy.accept"),
    ]


def defect_trays(by: Actor) -> list[Tray]:
    units = policy.units_of(by, (Role.RECTIFIER, *JUDGES))
    told = policy.units_of(by, JUDGES)
    # Each notified department answers for itself.
    given = DefectAnswer.objects.filter(defect=OuterRef("case"), unit=OuterRef("unit"))
    silent = Party.objects.filter(
        ~Exists(given), unit__in=told, role=PartyRole.REGULATOR, until=None
    )
    return [
        *worklist.trays(by, [DEFECT.kind], answers=units, needs=_DEFECTS),
        Tray("answer", _("to answer"), opened([DEFECT.kind]) & among(silent), "defect.answer"),
    ]


WORKS = (
    Work(
        kinds={PLAN.kind: _("plan for an enterprise")},
        model=RemedyPlan,
        related=("case", "case__area", "enterprise"),
        view="remedy.view",
        trays=plan_trays,
        title=lambda row: row.name,
        whose=lambda row: row.enterprise.name,
        state=lambda row: str(STATES.get(row.case.state, row.case.state)),
        sign=one_by_one(commands.receive),
    ),
    Work(
        kinds={DEFECT.kind: _("defect")},
        model=Defect,
        related=("case", "case__area", "equipment__enterprise"),
        view="defect.view",
        trays=defect_trays,
        title=lambda row: row.description,
        whose=lambda row: f"{row.equipment.name} · {row.equipment.enterprise.name}",
        state=lambda row: str(DEFECT_STATES.get(row.case.state, row.case.state)),
        sign=one_by_one(commands.receive_defect),
    ),
)
