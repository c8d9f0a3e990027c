"""Everything that can be done under supervision; pages and the demo come through here.

Each command is one transaction that holds the new state, its events, facts, audit rows and
notices. Repeating a call with its ``request_id`` changes nothing and gives the first answer.
"""

from anlan.domain.supervision.commands.issuing import NewPaper, issue, set_letterhead
from anlan.domain.supervision.commands.papers import (
    accept,
    answer,
    carry_out_talk,
    comment,
    decide_talk,
    propose_talk,
    receive,
    reply,
    send_back,
    withdraw,
)

__all__ = [
    "NewPaper", "accept", "answer", "carry_out_talk", "comment", "decide_talk", "issue",
    "propose_talk", "receive", "reply", "send_back", "set_letterhead", "withdraw",
]  # fmt: skip
