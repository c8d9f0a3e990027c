"""The ticks of the engines below this one (a lower app can't declare its own)."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.audit import sealing
from anlan.kernel.jobs.clock import every


@every(1, "audit.seal")
def seal_audit(now: datetime) -> None:
    sealing.seal(now)
