"""Everything that can be done under supervision; pages and the demo come through here.

Each command is one transaction that holds the new state, its events, facts, audit rows and
notices. Repeating a call with its ``request_id`` changes nothing and gives the first answer.
"""

from anlan.domain.supervision.commands.doubled import double_assign
from anlan.domain.supervision.commands.escalations import ask_escalation, decide_escalation
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
from anlan.domain.supervision.commands.reports import (
    file_dual,
    receive_direct,
    report_direct,
    set_terms,
)
from anlan.domain.supervision.commands.teams import (
    NewMember,
    accept_team,
    change_member,
    log_day,
    send_team,
    withdraw_entry,
)

__all__ = [
    "NewMember",
    "NewPaper",
    "accept",
    "accept_team",
    "answer",
    "ask_escalation",
    "carry_out_talk",
    "change_member",
    "comment",
    "decide_escalation",
    "decide_talk",
    "double_assign",
    "file_dual",
    "issue",
    "log_day",
    "propose_talk",
    "receive",
    "receive_direct",
    "reply",
    "report_direct",
    "send_back",
    "send_team",
    "set_letterhead",
    "set_terms",
    "withdraw",
    "withdraw_entry",
]
