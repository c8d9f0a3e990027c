"""Deadlines, rungs and approvals: settings with versions, never rules of law.

No national document gives the numbers; those below are our defaults (marked C in the project's
list of standards) and stand until an office sets its own. A case keeps the version under which
it was opened, so that a later change moves no deadline that was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Max, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.prepared import Prepared, slot
from anlan.base.refusal import Refusal
from anlan.kernel.accounts import records
from anlan.kernel.audit import trail
from anlan.kernel.calendar.deadlines import DeadlineRule, Due, due
from anlan.kernel.loop.models import LoopSettings

#: Working days before the same unit may urge the same case again: ours, no rule of anybody's.
URGE_WORKDAYS = 1
#: Names of the rungs, lowest first; index + 1 is the rung.
RUNGS = (_("reminder"), _("warning"), _("admonitory talk"), _("circular"), _("accountability"))
#: The highest rung that the clock takes by itself; above it a named leader decides.
RUNG_BY_CLOCK_MAX = 2

DEFAULTS: Mapping[str, Any] = {
    "deadlines": {
        "assign": {"kind": "working_days", "n": 2},
        "receipt": {"kind": "working_days", "n": 1},
        "rectify": {"kind": "calendar_days", "n": 15},
        "rectify:major": {"kind": "calendar_days", "n": 30},
        "verify": {"kind": "working_days", "n": 5},
        "close": {"kind": "working_days", "n": 5},
    },
    # Days after the deadline at which a rung is due; below zero, days before it.
    "rungs": [-3, 1, 7, 15, 30],
    # Grades whose closing takes two people, and which need all five elements before rectifying.
    "two_to_close": ["major"],
    "five_elements": ["major"],
    # Extensions that one case may be granted.
    "extensions_max": 1,
    # Sources whose findings go to territory and regulator both, and need both to confirm.
    "double_assignment": [],
}


class SettingsUnreadable(Refusal):
    """A new version of the settings that the engine could not work with."""

    code = "settings_unreadable"
    message = _(
        "The settings can't be used: %(where)s. Nothing was changed; mend it and save again."
    )


@dataclass(frozen=True)
class Rules:
    """One version of a loop's settings, ready for use."""

    kind: str
    version: int
    data: Mapping[str, Any]

    def deadline(self, key: str, grade: str) -> DeadlineRule | None:
        """The rule for entering a state; a grade's own wins over the general one."""
        table = self.data["deadlines"]
        found = table.get(f"{key}:{grade}") or table.get(key)
        return DeadlineRule(**found) if found else None

    def due(self, key: str, grade: str, at: datetime) -> Due | None:
        """The deadline that the rule gives, counted from ``at``; None where there is no rule."""
        rule = self.deadline(key, grade)
        return due(rule, at) if rule else None

    @property
    def urge_workdays(self) -> int:
        """Versions older than urging say nothing of it, and mean the default."""
        return int(self.data.get("urge_workdays", URGE_WORKDAYS))

    @property
    def rungs(self) -> list[int]:
        return list(self.data["rungs"])


def current(kind: str) -> Rules:
    """The newest version; the defaults as version 1 where an office never set its own."""
    rows = _newest.rows(kind=kind)
    return _checked(kind, rows[0]) if rows else Rules(kind, 1, DEFAULTS)


def versions(kind: str) -> dict[int, Rules]:
    """All versions by number: a case keeps to the one under which it was opened."""
    found = [_checked(kind, row) for row in _all.rows(kind=kind)]
    return {1: Rules(kind, 1, DEFAULTS), **{rules.version: rules for rules in found}}


def _checked(kind: str, values: Sequence[Any]) -> Rules:
    row = dict(zip(_COLUMNS, values, strict=True))
    # Values go past the model, which would look at the seal itself.
    records.demand(LoopSettings, row)
    return Rules(kind, row["version"], row["data"])


_COLUMNS = ("pk", "mac", *LoopSettings.SEALED)


def _rows() -> QuerySet[LoopSettings, Any]:
    rows = LoopSettings.objects.filter(kind=slot("kind", CharField())).order_by("-version")
    return rows.values_list(*_COLUMNS)


_newest, _all = Prepared(lambda: _rows()[:1]), Prepared(_rows)


def change(kind: str, data: Mapping[str, Any], *, by: Actor, at: datetime) -> Rules:
    """Put a new version in force. Cases that are open keep theirs."""
    _check(data)
    before = current(kind)
    newest = LoopSettings.objects.filter(kind=kind).aggregate(top=Max("version"))["top"] or 1
    row = LoopSettings.objects.create(
        kind=kind, version=newest + 1, data=dict(data), made_at=at, made_by=by.name
    )
    trail.record(
        [
            trail.Entry(
                "loop.settings",
                "loop",
                f"{kind}:{row.version}",
                before=dict(before.data),
                after=dict(data),
            )
        ],
        by=by,
        at=at,
    )
    return Rules(kind, row.version, row.data)


def _check(data: Mapping[str, Any]) -> None:
    missing = DEFAULTS.keys() - data.keys()
    if missing:
        raise SettingsUnreadable(where=", ".join(sorted(missing)))
    rungs = data["rungs"]
    if len(rungs) != len(RUNGS) or any(type(n) is not int for n in rungs):
        raise SettingsUnreadable(where="rungs")
    if rungs != sorted(set(rungs)):
        raise SettingsUnreadable(where="rungs")
    for key, rule in data["deadlines"].items():
        try:
            DeadlineRule(**rule)
        except (TypeError, ValueError, Refusal, AssertionError) as error:
            raise SettingsUnreadable(where=f"deadlines.{key}") from error
