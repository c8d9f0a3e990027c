"""Who reported by which day: unit by date, and the sums that open to the returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Duty, DutyFigure, Line, Plan, Return
from anlan.domain.campaigns.returns import rule as returns_rule
from anlan.domain.campaigns.returns.loop import FIGURE, FIGURE_LABEL
from anlan.domain.campaigns.returns.rule import DueDay, Rule
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Party, PartyRole

#: How a return stands, as five things that are told apart, and what still waits.
STATES: dict[str, str | Promise] = {
    "on_time": pgettext_lazy("return", "in time"),
    "nil": pgettext_lazy("return", "nil report"),
    "late": pgettext_lazy("return", "late"),
    "missing": pgettext_lazy("return", "missing"),
    "not_applicable": pgettext_lazy("return", "not applicable"),
    "waiting": pgettext_lazy("return", "still time"),
}
TONES = {"on_time": "green", "nil": "blue", "late": "amber", "missing": "red",
         "not_applicable": "line", "waiting": ""}  # fmt: skip
DATES_SHOWN, UNITS_SHOWN = 12, 100
SUGGESTED_MAX = 12
TEXT_CHARS_MAX = 400


def state_of(row: Return, today: date) -> str:
    """How a return stands on ``today``: as kernel/facts/reports.py tells reports apart."""
    case = row.case
    due = case.due_on or row.due_on
    if case.state == "void":
        return "not_applicable"
    if case.unsettled:
        return "missing" if due < today else "waiting"
    if case.settled_on is not None and case.settled_on > due:
        return "late"
    return "nil" if row.kind == "nil" else "on_time"


def standing(today: date) -> Choose:
    """The same in SQL."""
    due = Coalesce("case__due_on", "due_on")
    return Choose(
        When(case__state="void", then=Value("not_applicable")),
        When(case__unsettled=True, case__due_on__lt=today, then=Value("missing")),
        When(case__unsettled=True, then=Value("waiting")),
        When(case__settled_on__gt=due, then=Value("late")),
        When(kind="nil", then=Value("nil")),
        default=Value("on_time"),
        output_field=CharField(),
    )


def returns(by: Actor) -> QuerySet[Return]:
    return policy.permitted(Return.objects.all(), "returns.view", by)


def duties(by: Actor) -> QuerySet[Duty]:
    return policy.permitted(Duty.objects.all(), "duties.view", by)


def counts(rows: QuerySet[Return], today: date) -> dict[str, int]:
    """How many stand how; each is what the list behind it shows."""
    found = rows.order_by().annotate(stands=standing(today)).values_list("stands")
    return {**dict.fromkeys(STATES, 0), **dict(found.annotate(n=Count("pk")))}


def counts_by_duty(rows: QuerySet[Return], today: date) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    sums = rows.order_by().annotate(stands=standing(today)).values_list("duty", "stands")
    for duty, state, n in sums.annotate(n=Count("pk")):
        found[duty][state] = n
    return found


@dataclass
class Table:
    """A page of units against days. A cell is the return and how it stands, or nothing yet."""

    days: list[DueDay]
    units: list[Unit]
    cells: dict[tuple[int, date], tuple[Return, str]] = field(default_factory=dict)
    #: By day and state.
    sums: dict[date, dict[str, int]] = field(default_factory=dict)
    #: By figure and day, what the facts add up to.
    figures: list[tuple[DutyFigure, list[int]]] = field(default_factory=list)
    #: The first day of the pages before and after, and where units go on.
    earlier: date | None = None
    later: date | None = None
    more_units: bool = False


def table(duty: Duty, by: Actor, today: date, first: date | None, after: int = 0) -> Table:
    """A constant number of statements, however many units and days."""
    every = returns_rule.due_days(Rule.of(duty.rule), duty.starts_on, duty.ends_on, Calendar.load())
    seen = returns(by).filter(duty=duty)
    # What was filed before its day moved stays on the day it was filed for.
    known = {one.day for one in every}
    rest = set(seen.order_by().values_list("due_on", flat=True).distinct()) - known
    every = sorted([*every, *(DueDay(day, day, False) for day in rest)], key=lambda one: one.day)
    days = _window(every, today, first)
    units = Unit.objects.filter(pk__in=seen.order_by().values("unit"))
    page = list(units.order_by("path", "name", "pk")[after : after + UNITS_SHOWN + 1])
    found = Table(days, page[:UNITS_SHOWN], more_units=len(page) > UNITS_SHOWN)
    wanted = [one.day for one in days]
    rows = seen.filter(due_on__in=wanted, unit__in=[unit.pk for unit in found.units])
    for row in rows.select_related("case"):
        found.cells[row.unit_id, row.due_on] = (row, state_of(row, today))
    sums = seen.filter(due_on__in=wanted).order_by().annotate(stands=standing(today))
    for day, state, n in sums.values_list("due_on", "stands").annotate(n=Count("pk")):
        found.sums.setdefault(day, dict.fromkeys(STATES, 0))[state] = n
    found.figures = _figures(duty, seen, wanted)
    if days and every:
        place = every.index(days[0])
        found.earlier = every[max(0, place - DATES_SHOWN)].day if place else None
        after_these = every[place + len(days) :]
        found.later = after_these[0].day if after_these else None
    return found


def _window(every: Sequence[DueDay], today: date, first: date | None) -> list[DueDay]:
    """The days that one page shows: from ``first``, else those around today."""
    if first is None:
        passed = sum(one.day <= today for one in every)
        start = max(0, min(passed - DATES_SHOWN + 2, len(every) - DATES_SHOWN))
    else:
        start = next((n for n, one in enumerate(every) if one.day >= first), 0)
    return list(every[start : start + DATES_SHOWN])


def _figures(
    duty: Duty, seen: QuerySet[Return], days: Sequence[date]
) -> list[tuple[DutyFigure, list[int]]]:
    figures = list(duty.figures.order_by("place"))
    if not figures:
        return []
    filings = seen.filter(due_on__in=days).values("filings__pk")
    facts = Fact.objects.filter(kind__code=FIGURE.code, batch_id__in=filings).order_by()
    sums: dict[tuple[str, date], int] = defaultdict(int)
    for key, day, total in facts.values_list("labels__key", "day").annotate(n=Sum("quantity")):
        sums[labels_of(key)[FIGURE_LABEL], day] += total
    return [(one, [sums[str(one.pk), day] for day in days]) for one in figures]


def listed(duty: Duty, by: Actor, today: date, state: str, day: date | None) -> QuerySet[Return]:
    """The returns behind a count."""
    rows = returns(by).filter(duty=duty).annotate(stands=standing(today))
    if state in STATES:
        rows = rows.filter(stands=state)
    if day is not None:
        rows = rows.filter(due_on=day)
    return rows.select_related("case", "unit")


# --- making a duty -------------------------------------------------------------------------

HEAPS: dict[str, str | Promise] = {
    "have": _("Units that have a part in this plan"),
    "next": _("Offices next below"),
    "all": _("All offices below"),
    "own": _("Departments of this area"),
}


def units_of(plan: Plan, heap: str) -> QuerySet[Unit]:
    """The units that a duty may be given to: those with a part in the plan, or by area."""
    rows = Unit.objects.filter(valid_to=None).exclude(pk=plan.unit_id)
    if heap == "have":
        parties = Party.objects.filter(
            case__campaign_task__plan=plan, role=PartyRole.RECTIFIER, until=None
        )
        given = plan.children.order_by().values("unit")
        return rows.filter(Q(pk__in=given) | Q(pk__in=parties.values("unit")))
    below = rows.filter(path__startswith=plan.path).exclude(kind__in=("enterprise", "team"))
    if heap == "own":
        return below.filter(area=plan.area_id).exclude(kind="committee_office")
    below = below.filter(kind="committee_office").exclude(area=plan.area_id)
    return below if heap == "all" else below.filter(area__parent=plan.area_id)


def chosen(plan: Plan, said: Sequence[str], shown: Sequence[Unit]) -> list[Unit]:
    """Units that were chosen in another heap than the one that is shown."""
    have = {unit.pk for unit in shown}
    pks = {int(pk) for pk in said[:2_000] if pk.isdecimal() and len(pk) < 19} - have
    if not pks:
        return []
    found = {
        unit.pk: unit for heap in HEAPS for unit in units_of(plan, heap).filter(pk__in=pks)
    }  # fmt: skip
    return list(found.values())


@dataclass(frozen=True)
class Suggestion:
    """A sentence of the plan that says by when something is reported, and its rule."""

    text: str
    rule: Rule
    line: Line | None = None
    #: The last of its days, where the paper states their year.
    until: date | None = None


def suggestions(plan: Plan) -> list[Suggestion]:
    """What the plan says of reporting: its lines, the documents it was read from, its paper."""
    taken = set(plan.duties.filter(ended_on=None).values_list("text", flat=True))
    found: dict[str, Suggestion] = {}

    def add(one: Suggestion) -> None:
        known = any(one.text in text or text in one.text for text in (*found, *taken))
        if not known:
            found[one.text] = one

    for line in plan.lines.order_by("place").only("pk", "text", "title", "due_text"):
        for sentence in returns_rule.sentences(f"{line.text}\n{line.due_text}"):
            if (rule := returns_rule.read(sentence)) is not None:
                add(Suggestion(sentence, rule, line))
    for reading in plan.intakes.values_list("reading", flat=True):
        for one in _of_reading(reading):
            add(one)
    for sentence in returns_rule.sentences(plan.text):
        if (rule := returns_rule.read(sentence)) is not None:
            add(Suggestion(sentence, rule))
    return list(found.values())[:SUGGESTED_MAX]


def _of_reading(reading: Mapping[str, Any]) -> Iterator[Suggestion]:
    """The reporting days that reading/reports.py found in a document, sentence by sentence."""
    text = str(reading.get("text", ""))
    by_sentence: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in reading.get("notice", {}).get("reports", []):
        start = max(text.rfind(sign, 0, one["start"]) for sign in "。;；\n") + 1
        ends = [at for sign in "。;；\n" if (at := text.find(sign, one["end"])) >= 0]
        by_sentence[text[start : min(ends, default=len(text)) + 1].strip()].append(one)
    for sentence, reports in by_sentence.items():
        days = [date.fromisoformat(one["due"]) for one in reports if one["due"]]
        rule: Rule | None = Rule("dates", dates=tuple((day.month, day.day) for day in days))
        if not days:
            rule = returns_rule.read(f"{reports[0]['recurring']}报送")
        if rule is not None and not rule.problem and sentence:
            yield Suggestion(sentence[:TEXT_CHARS_MAX], rule, None, max(days, default=None))
