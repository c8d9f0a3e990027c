"""Everything that can be done in the analysis."""

from anlan.domain.statistics.commands.settings import change_setting
from anlan.domain.statistics.commands.truth import note
from anlan.domain.statistics.commands.views import (
    VIEWS_MAX,
    drop,
    save,
    share,
    stop_waiting,
    tell_over,
    unshare,
    wait,
)

__all__ = [
    "VIEWS_MAX",
    "change_setting",
    "drop",
    "note",
    "save",
    "share",
    "stop_waiting",
    "tell_over",
    "unshare",
    "wait",
]
