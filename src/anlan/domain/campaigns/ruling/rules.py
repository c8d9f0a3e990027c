"""What happens to a plan whose days don't fit, or that lacks elements: the office's rule.

No document says how strictly a day outside its stage is taken, so it is a setting with versions,
among those that offices make for all lists (lists.Setting). What is outside is told at the field
when it is written, and listed before publishing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Unpack

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import text
from anlan.domain.campaigns.carrying import queries_elements
from anlan.domain.campaigns.commands.terms import NewLine
from anlan.domain.campaigns.models import Campaign, Line, Plan
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.lists.models import Setting
from anlan.domain.lists.refusals import Incomplete
from anlan.kernel.accounts.office_settings import Change, OfficeSettings

CODE = "plan_rules"
#: Of each kind, those that a page names; the rest are counted.
NAMED_MAX = 20


class Mode(StrEnum):
    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"


MODES: dict[Mode, str | Promise] = {
    Mode.OFF: gettext_lazy("say nothing"),
    Mode.WARN: gettext_lazy("warn, and want a reason"),
    Mode.REFUSE: gettext_lazy("don’t publish"),
}


@dataclass(frozen=True)
class Rules:
    """version 0 came with the system."""

    version: int = 0
    days: Mode = Mode.WARN
    elements: Mode = Mode.WARN


def _check(_code: str, data: Mapping[str, Any]) -> None:
    for field, mode in data.items():
        if mode not in list(Mode):
            raise Incomplete(field=field, reason=gettext_lazy("Choose from the list."))


OFFICE = OfficeSettings(
    Setting, "listsettings.edit", "list_setting",
    {CODE: {"days": str(Rules.days), "elements": str(Rules.elements)}}, _check,
)  # fmt: skip


def current() -> Rules:
    version, data = OFFICE.current(CODE)
    return Rules(version, Mode(data["days"]), Mode(data["elements"]))


def set_plan_rules(days: str, elements: str, **change: Unpack[Change]) -> int:
    """Put another rule in force for every plan that is published from now on; its version."""
    return OFFICE.change(CODE, {"days": days, "elements": elements}, **change)


# --- when it is written ----------------------------------------------------------------------


def check_lines(plan: Plan, lines: Iterable[NewLine], kept: bool) -> None:
    """Refuse days of lines outside their stages, unless the rule lets whoever wrote them keep them.

    A stage that the plan doesn't offer isn't named here, and refused where the line is written.
    """
    mode = current().days
    if mode is Mode.OFF or (kept and mode is Mode.WARN):
        return
    stages = {stage.pk: stage for stage in plan.stages_offered()}
    for line in lines:
        row = stages.get(line.stage or 0)
        if row is None:
            continue
        for field, day in (("due_on", line.due_on), ("starts_on", line.starts_on)):
            if day is not None and not row.starts_on <= day <= row.ends_on:
                reason = _outside(row.name, row.starts_on, row.ends_on, mode)
                raise PlanIncomplete(field=field, reason=reason)


def check_plan(campaign: Campaign, kind: str, starts_on: date, ends_on: date, kept: bool) -> None:
    """The same of a plan's own days, against its campaign's."""
    mode = current().days
    # A text from above has days of its own time.
    if kind == Plan.Kind.TEXT or mode is Mode.OFF or (kept and mode is Mode.WARN):
        return
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not campaign.starts_on <= day <= campaign.ends_on:
            first, last = campaign.starts_on, campaign.ends_on
            raise PlanIncomplete(field=field, reason=_outside(campaign.title, first, last, mode))


def _outside(name: str, first: date, last: date, mode: Mode) -> str:
    said = _("“%(name)s” runs from %(first)s to %(last)s.") % {
        "name": name, "first": first, "last": last,
    }  # fmt: skip
    keep = _("Correct the day, or tick that it stays; a reason is asked for at publishing.")
    return f"{said} {keep if mode is Mode.WARN else _('Correct the day.')}"


# --- before publishing -----------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a rule finds: in words, and the line where it is about one."""

    words: str
    line: Any = None


@dataclass(frozen=True)
class Findings:
    """What stands against publishing a plan, with the modes that apply to it."""

    rules: Rules
    days: list[Found]
    elements: list[Found]

    def of(self, mode: Mode) -> list[Found]:
        found = self.days if self.rules.days is mode else []
        return [*found, *(self.elements if self.rules.elements is mode else [])]

    @property
    def refused(self) -> list[Found]:
        return self.of(Mode.REFUSE)

    @property
    def warned(self) -> list[Found]:
        return self.of(Mode.WARN)


def findings(plan: Plan) -> Findings:
    """A few statements, however many lines; nothing is looked for that no rule asks."""
    rules = current()
    days = [] if rules.days is Mode.OFF else _days(plan)
    return Findings(rules, days, [] if rules.elements is Mode.OFF else _elements(plan))


def _days(plan: Plan) -> list[Found]:
    found = []
    campaign = plan.campaign
    # A text from above has days of its own time.
    if (
        plan.kind != Plan.Kind.TEXT
        and not campaign.starts_on <= plan.starts_on <= plan.ends_on <= campaign.ends_on
    ):
        found.append(
            Found(
                _("The plan runs from %(first)s to %(last)s, the campaign from %(from)s to %(to)s.")
                % {"first": plan.starts_on, "last": plan.ends_on, "from": campaign.starts_on,
                   "to": campaign.ends_on}
            )
        )  # fmt: skip
    outside = Q(due_on__lt=F("stage__starts_on")) | Q(due_on__gt=F("stage__ends_on"))
    outside |= Q(starts_on__lt=F("stage__starts_on")) | Q(starts_on__gt=F("stage__ends_on"))
    rows = plan.lines.filter(outside, kind=Line.Kind.TASK).select_related("stage")
    for line in rows.order_by("place"):
        stage = line.stage
        assert stage is not None, "found by its stage"
        days = "–".join(str(day) for day in (line.starts_on, line.due_on) if day)
        found.append(
            Found(
                _("%(no)s %(title)s: %(days)s, outside “%(stage)s” (%(first)s to %(last)s)")
                % {"no": line.no, "title": line.title, "days": days, "stage": stage.name,
                   "first": stage.starts_on, "last": stage.ends_on},
                line.pk,
            )
        )  # fmt: skip
    return found


def _elements(plan: Plan) -> list[Found]:
    if plan.kind == Plan.Kind.TEXT:
        # It gives no tasks, so nobody and no day lacks.
        return []
    check = queries_elements.check(plan, queries_elements.elements_of(plan))
    return [
        Found(
            _("%(no)s %(title)s: lacks %(names)s")
            % {"no": row.line.no, "title": row.line.title, "names": "、".join(row.lacks)},
            row.pk,
        )
        for row in check.rows
        if row.lacks
    ]


def allow(plan: Plan, reason: str) -> str:
    """The reason that is kept with a plan that is published; refused where a rule says so."""
    found = findings(plan)
    if found.refused:
        words = "；".join(one.words for one in found.refused[:NAMED_MAX])
        raise PlanIncomplete(
            field="reason",
            reason=_("The plan can't be published yet (%(n)d): %(words)s")
            % {"n": len(found.refused), "words": words},
        )
    if found.warned and not reason.strip():
        raise PlanIncomplete(
            field="reason",
            reason=_("Say why the plan is published with what doesn't fit or lacks (%(n)d).")
            % {"n": len(found.warned)},
        )
    return text.short(reason, "reason", REASON_CHARS_MAX, refusal=PlanIncomplete)


REASON_CHARS_MAX = 500
