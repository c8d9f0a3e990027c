"""Everything that can be done to texts, links and sets of items."""

from anlan.domain.library.commands.bases import case_record, link, unlink
from anlan.domain.library.commands.ending import end, resume
from anlan.domain.library.commands.sets import (
    ItemTerms,
    SetTerms,
    change_set,
    end_set,
    make_set,
    put_item,
    withdraw_item,
)
from anlan.domain.library.commands.texts import (
    TASK,
    HandedIn,
    Terms,
    correct,
    drop_edition,
    gaps,
    hand_in,
    keep_failure,
    keep_reading,
    new_edition,
    put_edition,
    stand,
    write,
)

__all__ = [
    "TASK",
    "HandedIn",
    "ItemTerms",
    "SetTerms",
    "Terms",
    "case_record",
    "change_set",
    "correct",
    "drop_edition",
    "end",
    "end_set",
    "gaps",
    "hand_in",
    "keep_failure",
    "keep_reading",
    "link",
    "make_set",
    "new_edition",
    "put_edition",
    "put_item",
    "resume",
    "stand",
    "unlink",
    "withdraw_item",
    "write",
]
