"""Everything that can be done to problem lists; pages and demo come through here.

Each command is one transaction with state, events, facts, audit rows and notices. Repeating a
call with its ``request_id`` changes nothing. All raise NotFound (404), NotAllowed (403) and, where
somebody was first, a refusal with 409.
"""

from anlan.domain.lists.commands.freshness import state_no_change
from anlan.domain.lists.commands.items import (
    THREE_LABELS,
    accept,
    analyse,
    answer_elsewhere,
    apply_elsewhere,
    ask_elsewhere,
    assign,
    close,
    evaluate,
    receive,
    rectify,
    reject,
    state_three,
    void,
)
from anlan.domain.lists.commands.kinds import change_kind, end_kind, make_kind, take_up
from anlan.domain.lists.commands.library import Told, put_into_library, withdraw_from_library
from anlan.domain.lists.commands.listing import (
    Entry,
    decide,
    demand_approver,
    enter,
    propose,
    usable,
    who_decides,
)
from anlan.domain.lists.commands.settings import change_setting
from anlan.domain.lists.commands.stated import Statement, declare_figure, withdraw_figure
from anlan.domain.lists.commands.tracking import track

__all__ = [
    "THREE_LABELS",
    "Entry",
    "Statement",
    "Told",
    "accept",
    "analyse",
    "answer_elsewhere",
    "apply_elsewhere",
    "ask_elsewhere",
    "assign",
    "change_kind",
    "change_setting",
    "close",
    "decide",
    "declare_figure",
    "demand_approver",
    "end_kind",
    "enter",
    "evaluate",
    "make_kind",
    "propose",
    "put_into_library",
    "receive",
    "rectify",
    "reject",
    "state_no_change",
    "state_three",
    "take_up",
    "track",
    "usable",
    "void",
    "who_decides",
    "withdraw_figure",
    "withdraw_from_library",
]
