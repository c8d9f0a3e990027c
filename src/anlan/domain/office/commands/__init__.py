"""What an office sets: each command asks for the right, then calls the engine."""

from anlan.domain.office.commands.areas import (
    Added,
    Reform,
    Rehearsal,
    add_area,
    recode_area,
    reform_area,
    rehearse,
    rename_area,
)
from anlan.domain.office.commands.days import announce_year, set_day
from anlan.domain.office.commands.rules import NewRules, change_rules
from anlan.domain.office.commands.trees import make_tree, place, remove, renew

__all__ = [
    "Added",
    "NewRules",
    "Reform",
    "Rehearsal",
    "add_area",
    "announce_year",
    "change_rules",
    "make_tree",
    "place",
    "recode_area",
    "reform_area",
    "rehearse",
    "remove",
    "rename_area",
    "renew",
    "set_day",
]
