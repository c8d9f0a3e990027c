"""The traffic lights of a battle map: one table, asked in the database and of a row alike.

No document says when a lamp turns yellow. The two numbers below are our defaults, the page says
so beside the rule, and what is late, done or not begun follows from the task's own days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, Func, IntegerField, Q, Value, When
from django.db.models.fields import CharField, DateField
from django.db.models.lookups import GreaterThan
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Rule:
    """The two numbers that an office may choose."""

    #: A deadline within so many days, today included, is near.
    near_days: int = 7
    #: Progress so many points below the share of time that has passed is behind.
    behind_points: int = 20
    is_default: bool = True


DEFAULT = Rule()
#: From what asks for most attention to what asks for none.
COLOURS: dict[str, str | Promise] = {
    "red": _("past the deadline"),
    "yellow": _("attention"),
    "green": _("on schedule"),
    "blue": _("done after the deadline"),
    "grey": _("not running"),
}


@dataclass(frozen=True)
class Light:
    """One line of the rule; the first that holds gives the colour."""

    code: str
    colour: str
    label: str | Promise
    words: str | Promise

    def said(self, rule: Rule) -> str:
        return str(self.words) % {"days": rule.near_days, "points": rule.behind_points}


LIGHTS = (
    Light(
        "done_late", "blue", _("done after the deadline"), _("Reported done after its deadline."),
    ),
    Light("done", "green", _("done by the deadline"), _("Reported done by its deadline.")),
    Light("held", "grey", _("on hold"), _("Suspended: its deadline doesn't run.")),
    Light(
        "late", "red", _("past the deadline"),
        _("The deadline is past and it isn't reported done."),
    ),
    Light("near", "yellow", _("due soon"), _("The deadline is within %(days)s days.")),
    Light("waiting", "grey", _("not begun"), _("Its first planned day is still to come.")),
    Light(
        "behind", "yellow", _("behind plan"),
        _("Reported progress is more than %(points)s points below the share of its time that has "
          "passed."),
    ),
    Light("fine", "green", _("on schedule"), _("None of these: it runs as planned.")),
)  # fmt: skip
BY_CODE: Mapping[str, Light] = {light.code: light for light in LIGHTS}
assert {light.colour for light in LIGHTS} == set(COLOURS)


def of(
    *, start: date, due: date | None, settled: date | None, suspended: date | None,
    progress: int, rule: Rule, today: date,
) -> str:  # fmt: skip
    """The code of the light that a task shows on a day."""
    if settled:
        return "done_late" if due and settled > due else "done"
    if suspended:
        return "held"
    if due and due < today:
        return "late"
    if due and due <= today + timedelta(days=rule.near_days):
        return "near"
    if start > today:
        return "waiting"
    if due and _behind(start, due, progress, rule, today):
        return "behind"
    return "fine"


def _behind(start: date, due: date, progress: int, rule: Rule, today: date) -> bool:
    return (today - start).days * 100 > (progress + rule.behind_points) * (due - start).days


class Days(Func):
    """Whole days from the second day to the first."""

    output_field = IntegerField()
    template = "(%(expressions)s)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="CAST(julianday(%(expressions)s) AS INTEGER)",
            arg_joiner=") - julianday(", **more,
        )  # fmt: skip


def light_of(rule: Rule, today: date) -> Case:
    """The same table as an expression over Task, each line of it once."""
    due, start = F("case__due_on"), F("starts_on")
    passed: Any = Days(Value(today, DateField()), start) * 100
    planned: Any = (F("progress") + rule.behind_points) * Days(due, start)
    near = today + timedelta(days=rule.near_days)
    rules = (
        ("done_late", Q(case__settled_on__gt=due)),
        ("done", Q(case__settled_on__isnull=False)),
        ("held", Q(case__suspended_on__isnull=False)),
        ("late", Q(case__due_on__lt=today)),
        ("near", Q(case__due_on__lte=near)),
        ("waiting", Q(starts_on__gt=today)),
        ("behind", GreaterThan(passed, planned)),
    )
    return Case(
        *(When(condition, then=Value(code)) for code, condition in rules),
        default=Value("fine"), output_field=CharField(),
    )  # fmt: skip
