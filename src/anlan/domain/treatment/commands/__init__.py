"""Everything that can be done to plans for failing enterprises."""

from anlan.domain.treatment.commands.plans import (
    NewMeasure,
    NewPlan,
    accept,
    add,
    make,
    receive,
    reject,
    report,
    withdraw,
)

__all__ = [
    "NewMeasure",
    "NewPlan",
    "accept",
    "add",
    "make",
    "receive",
    "reject",
    "report",
    "withdraw",
]
