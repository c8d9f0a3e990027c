"""The two numbers of the lights: our defaults until the topmost office sets its own.

They stand among the settings that offices make for all lists (lists.Setting): versioned, sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.battlemap.lights import DEFAULT, Rule
from anlan.domain.lists.models import Setting
from anlan.domain.lists.refusals import Incomplete
from anlan.kernel.accounts.office_settings import Change, OfficeSettings

CODE = "battle_map"
DAYS_MAX, POINTS_MAX = 90, 100


def _check(_code: str, data: Mapping[str, Any]) -> None:
    if not 0 <= data["near"] <= DAYS_MAX:
        raise Incomplete(field="near", reason=_("Enter a number of days from 0 to 90."))
    if not 0 <= data["behind"] <= POINTS_MAX:
        raise Incomplete(field="behind", reason=_("Enter a number of points from 0 to 100."))


OFFICE = OfficeSettings(
    Setting, "listsettings.edit", "list_setting",
    {CODE: {"near": DEFAULT.near_days, "behind": DEFAULT.behind_points}}, _check,
)  # fmt: skip


def current() -> tuple[int, Rule]:
    """The version in force and its rule; version 0 came with the system."""
    version, data = OFFICE.current(CODE)
    return version, Rule(int(data["near"]), int(data["behind"]), is_default=not version)


def set_map_rule(near: int, behind: int, **change: Unpack[Change]) -> int:
    """Put new numbers in force for every battle map; returns the version."""
    return OFFICE.change(CODE, {"near": near, "behind": behind}, **change)
