"""Everything that can be done to the book of enforcement."""

from anlan.domain.enforcement.commands.checking import NewEntry
from anlan.domain.enforcement.commands.entering import ENTRIES_MAX, Outcome, enter, judge
from anlan.domain.enforcement.commands.paying import NewPayment, pay, withdraw_payment
from anlan.domain.enforcement.commands.taking_back import withdraw

__all__ = [
    "ENTRIES_MAX",
    "NewEntry",
    "NewPayment",
    "Outcome",
    "enter",
    "judge",
    "pay",
    "withdraw",
    "withdraw_payment",
]
