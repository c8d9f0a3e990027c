"""Everything that can be done to hazards. Pages, API, import and demo all come through here.

Each command is one transaction that holds the new state, its event, facts, audit rows and
notices. It takes a set; a page calls it with one. Repeating a call with its ``request_id``
changes nothing and gives the first answer. All raise NotFound (404), NotAllowed (403),
MovedOn and StepNotPossible (409).
"""

from anlan.domain.hazards.commands.correcting import (
    amend,
    describe_object,
    grade,
    merge,
    move,
    split,
    void,
)
from anlan.domain.hazards.commands.deadlines import ask_extension, decide_extension, suspend, urge
from anlan.domain.hazards.commands.finding import FINDERS, Finding, find, find_within
from anlan.domain.hazards.commands.listing import ask_delisting, delist, put_on_list
from anlan.domain.hazards.commands.proposals import carry_out, decide_proposal
from anlan.domain.hazards.commands.records import AMENDABLE, index, put_records
from anlan.domain.hazards.commands.steps import (
    assign,
    assign_within,
    close,
    hand_over,
    look_back,
    receive,
    rectify,
    reject,
    review,
    verify,
)
from anlan.domain.hazards.refusals import FiveElementsMissing, Incomplete, NotByHand

__all__ = (
    "AMENDABLE",
    "FINDERS",
    "Finding",
    "FiveElementsMissing",
    "Incomplete",
    "NotByHand",
    "amend",
    "ask_delisting",
    "ask_extension",
    "assign",
    "assign_within",
    "carry_out",
    "close",
    "decide_extension",
    "decide_proposal",
    "delist",
    "describe_object",
    "find",
    "find_within",
    "grade",
    "hand_over",
    "index",
    "look_back",
    "merge",
    "move",
    "put_on_list",
    "put_records",
    "receive",
    "rectify",
    "reject",
    "review",
    "split",
    "suspend",
    "urge",
    "verify",
    "void",
)
