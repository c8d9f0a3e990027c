"""The ledger: facts are added, and never taken back but by facts.

post(facts, at=…)         adds facts; cohort facts and distinct ones are placed by the ledger
reverse(case_ids=…, at=…) posts the opposite of facts that still stand
move(moves, day=…, at=…)  −1/+1 for what stands, where a case changed area or labels
fold(at)                  sums them behind the writers
"""

from __future__ import annotations

from anlan.kernel.facts.fold import fold, health, rebuild
from anlan.kernel.facts.moving import Move, move, taken_back
from anlan.kernel.facts.posting import NewFact, cohort, post
from anlan.kernel.facts.reversing import reverse, standing

__all__ = [
    "Move",
    "NewFact",
    "cohort",
    "fold",
    "health",
    "move",
    "post",
    "rebuild",
    "reverse",
    "standing",
    "taken_back",
]
