"""Who draws up, carries out and accepts a plan: each rule a filter over RemedyPlan."""

from __future__ import annotations

from anlan.domain.hazards.permissions import JUDGES, SEES, in_charge, party
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import Rule
from anlan.kernel.loop.models import PartyRole

RULES: dict[str, Rule] = {
    "remedy.view": lambda by: in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)),
    "remedy.make": lambda by: in_charge(by, *JUDGES),
    "remedy.receive": lambda by: party(by, (Role.RECTIFIER,), PartyRole.RECTIFIER),
    "remedy.report": lambda by: party(by, (Role.RECTIFIER,), PartyRole.RECTIFIER),
    "remedy.accept": lambda by: in_charge(by, *JUDGES),
    "remedy.withdraw": lambda by: in_charge(by, Role.OFFICE, Role.LEADER),
}
