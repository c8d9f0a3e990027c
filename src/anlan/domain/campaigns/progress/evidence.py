"""Files that prove what a unit says of its task, and what happens where there are none.

No document says how strictly proof is asked for, so it is a setting: asked why, refused, or not
asked. It stands among the settings that offices make for all lists (lists.Setting).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Unpack
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Line, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.lists.models import Setting
from anlan.domain.lists.refusals import Incomplete
from anlan.kernel.accounts.office_settings import Change, OfficeSettings
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Role

#: What a file hangs on.
ON_TASK, ON_REPORT, ON_FILING = "campaign_task", "campaign_report", "campaign_filing"
CODE = "task_evidence"
WHY_CHARS_MAX = 500


class Mode(StrEnum):
    ASK = "ask"
    REFUSE = "refuse"
    OFF = "off"


MODES: dict[Mode, str | Promise] = {
    Mode.ASK: _("ask why there is none"),
    Mode.REFUSE: _("refuse the report"),
    Mode.OFF: _("take it without a word"),
}


def _check(_code: str, data: Mapping[str, Any]) -> None:
    if data["mode"] not in list(Mode):
        raise Incomplete(field="mode", reason=_("Choose from the list."))


OFFICE = OfficeSettings(
    Setting, "listsettings.edit", "list_setting",
    {CODE: {"mode": str(Mode.ASK), "plan": False}}, _check,
)  # fmt: skip


def current() -> tuple[int, Mode]:
    """The version in force and its mode; version 0 came with the system."""
    version, data = OFFICE.current(CODE)
    return version, Mode(data["mode"])


def plan_wanted() -> bool:
    """Whether a task is reported done only where it has a plan of execution (一项任务一套方案)."""
    return bool(OFFICE.current(CODE)[1]["plan"])


def set_evidence_rule(mode: str, *, plan: bool = False, **change: Unpack[Change]) -> int:
    """Put another rule in force for every task; returns its version."""
    return OFFICE.change(CODE, {"mode": mode, "plan": plan}, **change)


def demand_plan(task: Task) -> None:
    """Refuse to report done what has no plan of execution, where the office wants one."""
    if plan_wanted() and not (task.person and task.milestones.exists()):
        raise PlanIncomplete(
            field="result",
            reason=_("Write its plan of execution first: steps with days, and who answers for it."),
        )


def demanded(line: Line, files: Sequence[Prepared], why: str) -> str:
    """Why a report has no proof that its line wants; refused where that isn't said or won't do."""
    if files or not line.evidence.strip():
        return ""
    mode = current()[1]
    if mode is Mode.OFF:
        return why.strip()[:WHY_CHARS_MAX]
    if mode is Mode.REFUSE:
        raise PlanIncomplete(
            field="files", reason=_("Attach what the plan wants as proof: %(what)s")
            % {"what": line.evidence.strip()[:200]},
        )  # fmt: skip
    if not why.strip():
        raise PlanIncomplete(
            field="no_evidence",
            reason=_("Attach what the plan wants as proof, or say why there is none."),
        )
    return why.strip()[:WHY_CHARS_MAX]


def hang(files: Sequence[Prepared], on: str, pk: UUID, by: Actor, at: datetime) -> None:
    for file in files:
        attachments.attach(file, on, pk, Role.EVIDENCE, by=by, at=at)
