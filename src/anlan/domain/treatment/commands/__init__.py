"""Everything that can be done to plans for failing enterprises, and to defects."""

from anlan.domain.treatment.commands.defects import (
    NewDefect,
    NewEquipment,
    accept_defect,
    answer,
    file,
    receive_defect,
    register,
    reject_defect,
    repair,
    set_level,
)
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
    "NewDefect",
    "NewEquipment",
    "NewMeasure",
    "NewPlan",
    "accept",
    "accept_defect",
    "add",
    "answer",
    "file",
    "make",
    "receive",
    "receive_defect",
    "register",
    "reject",
    "reject_defect",
    "repair",
    "report",
    "set_level",
    "withdraw",
]
