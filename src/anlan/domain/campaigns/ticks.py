"""What the clock does for campaigns."""

from __future__ import annotations

from datetime import datetime

from anlan.domain.campaigns.checklists import turns
from anlan.domain.campaigns.keydates import commands as key_dates
from anlan.domain.campaigns.milestones import commands as milestones
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.returns import commands as returns
from anlan.kernel.jobs.clock import every

QUARTER, HOUR = 900, 3_600


@every(QUARTER, "campaigns.progress")
def refresh_progress(now: datetime) -> None:
    """Write down how far the tasks are whose numbers the ledger counts."""
    progress_tasks.refresh(now)


@every(HOUR, "campaigns.milestones")
def tell_late_milestones(now: datetime) -> None:
    """Tell of the steps of tasks that no report says are reached (提示)."""
    milestones.tell_late(now)


@every(HOUR, "campaigns.returns")
def ask_for_returns(now: datetime) -> None:
    """Ask for the returns that come due soon; reminding is the ladder's."""
    returns.open_due(now)


@every(HOUR, "campaigns.key_dates")
def draw_up_key_dates(now: datetime) -> None:
    """Draw up the tasks of festivals, flood season and events that are near."""
    key_dates.draw_up_due(now)


@every(HOUR, "campaigns.checklists")
def ask_for_turns(now: datetime) -> None:
    """Ask for what posts do every day, week or month by their lists; what is late climbs."""
    turns.open_due(now)
