"""Everything that can be done to sweeps and visits."""

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
    "NewField",
    "NewSweep",
    "NewVisit",
    "Outcome",
    "close",
    "draw",
    "make",
    "record",
    "set_team",
    "withdraw",
]
