"""What the clock does for filings."""

from __future__ import annotations

from datetime import datetime

from anlan.domain.filings import opening
from anlan.kernel.jobs.clock import every

HOUR = 3_600


@every(HOUR, "filings.ask")
def ask_for_filings(now: datetime) -> None:
    """Ask for the filings whose periods end; reminding is the ladder's."""
    opening.open_due(now)
