"""Everything that can be done to sweeps, visits and own checks."""

from anlan.domain.inspections.commands.checks import (
    NewCheck,
    NewPlan,
    ask_month,
    do_check,
    end_plan,
    make_plan,
    set_nil_rule,
)
from anlan.domain.inspections.commands.sweeps import (
    NewField,
    NewSweep,
    close,
    draw,
    make,
    set_team,
)
from anlan.domain.inspections.commands.visits import Found, NewVisit, Outcome, record, withdraw

__all__ = [
    "Found",
    "NewCheck",
    "NewField",
    "NewPlan",
    "NewSweep",
    "NewVisit",
    "Outcome",
    "ask_month",
    "close",
    "do_check",
    "draw",
    "end_plan",
    "make",
    "make_plan",
    "record",
    "set_nil_rule",
    "set_team",
    "withdraw",
]
