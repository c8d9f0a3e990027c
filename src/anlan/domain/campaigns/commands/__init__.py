"""What can be done with campaigns, their plans and tasks: every write of this capability."""

from anlan.domain.campaigns.below.commands import (
    Share,
    begin_break_down,
    break_down,
    set_quotas,
)
from anlan.domain.campaigns.commands.campaigns import change_campaign, make_campaign
from anlan.domain.campaigns.commands.plans import (
    change_line,
    change_plan,
    make_plan,
    make_plan_with_lines,
    put_lines,
    remove_line,
)
from anlan.domain.campaigns.commands.plans_publishing import publish
from anlan.domain.campaigns.commands.stages import set_plan_stages
from anlan.domain.campaigns.commands.tasks import (
    ask_extension,
    assign,
    claim,
    close,
    decide_extension,
    hand_over,
    name_person,
    receive,
    receive_many,
    rectify,
    reject,
    verify,
    void,
)
from anlan.domain.campaigns.commands.tasks_reports import accept_report, report, return_report

__all__ = (
    "Share",
    "accept_report",
    "ask_extension",
    "assign",
    "begin_break_down",
    "break_down",
    "change_campaign",
    "change_line",
    "change_plan",
    "claim",
    "close",
    "decide_extension",
    "hand_over",
    "make_campaign",
    "make_plan",
    "make_plan_with_lines",
    "name_person",
    "publish",
    "put_lines",
    "receive",
    "receive_many",
    "rectify",
    "reject",
    "remove_line",
    "report",
    "return_report",
    "set_plan_stages",
    "set_quotas",
    "verify",
    "void",
)
