"""Campaigns, their plans, what the plans say, and who answers for it.

A plan's words stand in its lines, once. A task is somebody's answer for a line: a case of the loop.
Where a plan is broken down, the plan below has tasks for the lines of the plan above (规定动作),
which it can't change, and lines of its own (自选动作).
"""

from anlan.domain.campaigns.models.intake import Intake
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, NUMBER_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Line, LineUnit, Plan, Stage, Target
from anlan.domain.campaigns.models.tasks import Quota, Report, Task

__all__ = [
    "NAME_CHARS_MAX",
    "NUMBER_CHARS_MAX",
    "TITLE_CHARS_MAX",
    "Campaign",
    "Intake",
    "Line",
    "LineUnit",
    "Plan",
    "Quota",
    "Report",
    "Stage",
    "Target",
    "Task",
]
