"""Who draws up, carries out and accepts a plan; who keeps equipment and files its defects."""

from __future__ import annotations

from anlan.base.actor import Actor
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.loop.rights import in_charge, party, reported

RULES: dict[str, Rule] = {
    "remedy.view": lambda by: in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)),
    "remedy.make": lambda by: in_charge(by, *JUDGES),
    "remedy.receive": lambda by: party(by, (Role.RECTIFIER,), PartyRole.RECTIFIER),
    "remedy.report": lambda by: party(by, (Role.RECTIFIER,), PartyRole.RECTIFIER),
    "remedy.accept": lambda by: in_charge(by, *JUDGES),
    "remedy.withdraw": lambda by: in_charge(by, Role.OFFICE, Role.LEADER),
    # Over pieces of equipment.
    "equipment.view": lambda by: policy.scope(by, (*SEES, Role.GRID, Role.RECTIFIER)),
    "equipment.keep": lambda by: policy.scope(by, (Role.OFFICE, Role.INSPECTOR, Role.RECTIFIER)),
    "equipment.file": lambda by: policy.scope(by, (*JUDGES, Role.GRID, Role.RECTIFIER)),
    # Over defects.
    "defect.view": lambda by: (
        in_charge(by, *SEES)
        | party(by, (*SEES, Role.RECTIFIER))
        | reported(by, Role.GRID, Role.RECTIFIER)
    ),
    "defect.receive": lambda by: party(by, (Role.RECTIFIER, *JUDGES)),
    "defect.answer": lambda by: party(by, JUDGES, PartyRole.REGULATOR),
    "defect.repair": lambda by: party(by, (Role.RECTIFIER,), PartyRole.RECTIFIER),
    "defect.accept": lambda by: in_charge(by, *JUDGES),
    # Over areas.
    "levels.set": lambda by: policy.compiled(_offices(by)),
}


def _offices(by: Actor) -> list[Grant]:
    """Areas whose committee office one works at; a sector's department sets no levels."""
    return [
        each
        for each in held.grants(by)
        if each.role in (Role.OFFICE, Role.LEADER)
        and each.sector is None
        and each.enterprise is None
    ]
