"""Everything that can be done to measures and good practice."""

from anlan.domain.measures.commands.entering import (
    ENTERED,
    MEASURES_MAX,
    Known,
    NewMeasure,
    check,
    enter,
    enter_many,
    known_for,
)
from anlan.domain.measures.commands.force import enforce_due
from anlan.domain.measures.commands.links import answer, follow, unanswer
from anlan.domain.measures.commands.practices import (
    Told,
    mend,
    take_up_practice,
    tell,
    withdraw,
)
from anlan.domain.measures.commands.steps import (
    adopt,
    consult,
    correct,
    draft,
    extend,
    receive,
    repeal,
    take_up,
    void,
)

__all__ = [
    "ENTERED",
    "MEASURES_MAX",
    "Known",
    "NewMeasure",
    "Told",
    "adopt",
    "answer",
    "check",
    "consult",
    "correct",
    "draft",
    "enforce_due",
    "enter",
    "enter_many",
    "extend",
    "follow",
    "known_for",
    "mend",
    "receive",
    "repeal",
    "take_up",
    "take_up_practice",
    "tell",
    "unanswer",
    "void",
    "withdraw",
]
