"""Campaigns, their plans, what the plans say, and who answers for it.

A plan's words stand in its lines, once. A task is somebody's answer for a line: a case of the loop.
Where a plan is broken down, the plan below has tasks for the lines of the plan above (规定动作),
which it can't change, and lines of its own (自选动作).
"""

from anlan.domain.campaigns.models.checklists import (
    Checklist,
    ChecklistCopy,
    ChecklistItem,
    ChecklistTick,
    ChecklistTurn,
)
from anlan.domain.campaigns.models.deriving import Derived
from anlan.domain.campaigns.models.figures import FigureWords, QuotedFigure
from anlan.domain.campaigns.models.hearings import Decision, Hearing, HearingRule
from anlan.domain.campaigns.models.intake import Intake
from anlan.domain.campaigns.models.keydates import KeyDate, KeyDateRun, Precaution
from anlan.domain.campaigns.models.letters import (
    Letter,
    LetterArticle,
    LetterTarget,
    Signatory,
)
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, NUMBER_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.meetings import Attendance, Meeting, MeetingItem, Minutes
from anlan.domain.campaigns.models.milestones import KeyTask, Milestone
from anlan.domain.campaigns.models.organs import Organ, OrganMember, OrganPlan
from anlan.domain.campaigns.models.plans import Campaign, Line, LineUnit, Plan, Stage, Target
from anlan.domain.campaigns.models.progress import BaseFigure
from anlan.domain.campaigns.models.related import TaskRecord
from anlan.domain.campaigns.models.returns import Duty, DutyFigure, DutyUnit, Feed, Filing, Return
from anlan.domain.campaigns.models.sharing import Counter, SharedLine
from anlan.domain.campaigns.models.supporting import SupportingRule
from anlan.domain.campaigns.models.tallies import Tally, TallyCopy, TallyRow
from anlan.domain.campaigns.models.tasks import Quota, Report, Task
from anlan.domain.campaigns.models.wanted import Elements, Expected, Goal

__all__ = [
    "NAME_CHARS_MAX",
    "NUMBER_CHARS_MAX",
    "TITLE_CHARS_MAX",
    "Attendance",
    "BaseFigure",
    "Campaign",
    "Checklist",
    "ChecklistCopy",
    "ChecklistItem",
    "ChecklistTick",
    "ChecklistTurn",
    "Counter",
    "Decision",
    "Derived",
    "Duty",
    "DutyFigure",
    "DutyUnit",
    "Elements",
    "Expected",
    "Feed",
    "FigureWords",
    "Filing",
    "Goal",
    "Hearing",
    "HearingRule",
    "Intake",
    "KeyDate",
    "KeyDateRun",
    "KeyTask",
    "Letter",
    "LetterArticle",
    "LetterTarget",
    "Line",
    "LineUnit",
    "Meeting",
    "MeetingItem",
    "Milestone",
    "Minutes",
    "Organ",
    "OrganMember",
    "OrganPlan",
    "Plan",
    "Precaution",
    "Quota",
    "QuotedFigure",
    "Report",
    "Return",
    "SharedLine",
    "Signatory",
    "Stage",
    "SupportingRule",
    "Tally",
    "TallyCopy",
    "TallyRow",
    "Target",
    "Task",
    "TaskRecord",
]
