"""Folds every second, behind the writers."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.facts.fold import fold
from anlan.kernel.jobs.clock import every


@every(1, "facts.fold")
def fold_facts(now: datetime) -> None:
    fold(now, wait=False)
