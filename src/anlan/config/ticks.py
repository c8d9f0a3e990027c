"""What the worker does for the house itself."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from anlan.config.backup import common
from anlan.kernel.jobs.clock import every

QUARTER = 900


@every(QUARTER, "backup.leftovers")
def leftovers(now: datetime) -> None:
    """What a killed backup left is a plain copy of the database: not for longer than this (S34)."""
    common.clear_leftovers(settings.HOME / "backups")
