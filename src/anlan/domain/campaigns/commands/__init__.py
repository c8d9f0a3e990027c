"""What can be done with campaigns, their plans and tasks: every write of this capability."""

from anlan.domain.campaigns.commands.campaigns import change_campaign, make_campaign
from anlan.domain.campaigns.commands.plans import (
    change_line,
    change_plan,
    make_plan,
    make_plan_with_lines,
    put_lines,
    remove_line,
)

__all__ = (
    "change_campaign",
    "change_line",
    "change_plan",
    "make_campaign",
    "make_plan",
    "make_plan_with_lines",
    "put_lines",
    "remove_line",
)
