"""What a kind of list asks: data that an office edits, read here into something that can be asked.

Documents name lists and the six steps, and leave open who evaluates, how, and by when. What is
left open stays empty until an office fills it in; a kind with a gap takes no items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts.models import Role
from anlan.kernel.calendar.deadlines import DeadlineRule, due

#: The six steps, in order, as 浙江's “6+1” mechanism names them.
STEP_NAMES: Mapping[str, str] = {
    "find": "问题发现和清单生成",
    "rectify": "闭环整改和责任落实",
    "apply": "举一反三和抓本治源",
    "accept": "整改验收",
    "evaluate": "立体评价",
    "analyse": "综合分析",
}
#: An item can go without these; it can't go unrectified or unchecked.
OPTIONAL = ("apply", "evaluate", "analyse")
#: The loop's step behind each of the six, and the state that it leads to.
TAKEN: Mapping[str, tuple[str, str]] = {
    "find": ("find", "found"),
    "rectify": ("rectify", "rectified"),
    "apply": ("apply", "applied"),
    "accept": ("verify", "verified"),
    "evaluate": ("evaluate", "evaluated"),
    "analyse": ("analyse", "analysed"),
}
#: What an item may have to state when it is entered.
NEEDS: Mapping[str, str | Promise] = {
    "enterprise": _("enterprise"),
    "sector": _("sector"),
    "topic": _("focus topic"),
    "cause": _("cause"),
}
FORMS: Mapping[str, str | Promise] = {"score": _("a score"), "verdict": _("a verdict")}
SCORE_MAX = 100
SIDES_MAX, NAME_CHARS_MAX = 12, 100


@dataclass(frozen=True)
class KindRules:
    """One version of a kind, ready for use."""

    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def authority(self) -> str:
        return str(self.data.get("authority", ""))

    @property
    def needs(self) -> list[str]:
        return [each for each in self.data.get("needs", ()) if each in NEEDS]

    @property
    def topics(self) -> list[str]:
        return list(self.data.get("topics", ()))

    @property
    def sides(self) -> list[str]:
        return list(self.data.get("sides", ()))

    @property
    def by_score(self) -> bool:
        return bool(self.data.get("form", "score") == "score")

    @property
    def score_max(self) -> int:
        return int(self.data.get("score_max") or SCORE_MAX)

    @property
    def verdicts(self) -> list[str]:
        return list(self.data.get("verdicts", ()))

    @property
    def approvers(self) -> list[str]:
        """Roles that decide on promotions."""
        known = [each for each in self.data.get("approvers", ()) if each in _APPROVERS]
        return known or [Role.LEADER.value]

    @property
    def approve_level(self) -> int | None:
        """The lowest level of the area that a decider must answer for; None: any."""
        level = self.data.get("approve_level")
        return int(level) if level else None

    def applies(self, step: str) -> bool:
        return step not in OPTIONAL or bool(self._step(step).get("applies", True))

    def step_name(self, step: str) -> str:
        return str(self._step(step).get("name") or STEP_NAMES[step])

    def _step(self, step: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.data.get("steps", {}).get(step, {})
        return found

    @property
    def tracked(self) -> bool:
        """A watch list: nothing leaves it before a check found that its measure was carried out."""
        return bool(self.data.get("tracked", False))

    @property
    def three(self) -> bool:
        """Whether an item closes only with the three results stated."""
        return bool(self.data.get("three", True))

    @property
    def check_days(self) -> int | None:
        """How many days after one check the next is due; None: as each check says."""
        return int(self.data["check_days"]) if self.data.get("check_days") else None

    @property
    def steps(self) -> list[str]:
        """Those of the six that apply, in order."""
        return [step for step in STEP_NAMES if self.applies(step)]

    def due(self, step: str, at: datetime) -> date | None:
        """Until when a step that begins now is to be done; None where the kind says nothing."""
        stated = self._step(step)
        if not stated.get("n"):
            return None
        rule = DeadlineRule(stated.get("unit") or "calendar_days", int(stated["n"]))
        return due(rule, at).on

    def following(self, state: str) -> str:
        """The step of the six that an item in this state waits for; empty: closing, or nothing."""
        if state in ("found", "assigned"):
            return "rectify"
        done = [step for step, (_taken, target) in TAKEN.items() if target == state]
        if not done:
            return ""
        order = list(STEP_NAMES)
        later = order[order.index(done[0]) + 1 :]
        return next((step for step in later if self.applies(step)), "")

    @property
    def gaps(self) -> list[str | Promise]:
        """What an office must still say before items can be entered."""
        found: list[str | Promise] = []
        if not self.name.strip():
            found.append(_("its name"))
        if self.applies("evaluate") and not self.sides:
            found.append(_("which sides evaluate"))
        if self.applies("evaluate") and not self.by_score and len(self.verdicts) < 2:
            found.append(_("the verdicts to choose from"))
        return found

    def read_score(self, value: Decimal | None) -> bool:
        return value is not None and 0 <= value <= self.score_max


_APPROVERS = (Role.LEADER.value, Role.OFFICE.value)
