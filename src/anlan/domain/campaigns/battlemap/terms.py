"""The two numbers of the lights: our defaults until the topmost office sets its own.

They stand among the settings that offices make for all lists (lists.Setting): versioned, sealed.
"""

from __future__ import annotations

from anlan.domain.campaigns.battlemap.lights import DEFAULT, Rule
from anlan.domain.lists.models import Setting

CODE = "battle_map"
DAYS_MAX, POINTS_MAX = 90, 100


def newest() -> Setting | None:
    return Setting.objects.filter(code=CODE).order_by("-version").first()


def current() -> tuple[int, Rule]:
    """The version in force and its rule; version 0 came with the system."""
    row = newest()
    if row is None:
        return 0, DEFAULT
    return row.version, Rule(int(row.data["near"]), int(row.data["behind"]), is_default=False)
