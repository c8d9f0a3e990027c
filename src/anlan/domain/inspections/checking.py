"""Reading own checks: what is due, what is missing or late, and nil reports held against facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.models import Hazard, Source
from anlan.domain.inspections.loop import SELF_FOUND
from anlan.domain.inspections.models import Check, CheckPlan, Every, NilRule
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Jurisdiction
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.models import Expected, ReportStatus
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Region

#: Enterprises that the page of nil reports shows, the worst first.
SHOWN_MAX = 200
STATES = {
    "missing": (_("check missing"), "red"),
    "due": (_("due"), "amber"),
    "late": (_("done late"), "amber"),
    "done": (_("done"), "green"),
    "ended": (_("ended"), "line"),
}


def plans(by: Actor) -> QuerySet[CheckPlan]:
    return policy.permitted(CheckPlan.objects.all(), "selfcheck.view", by)


@dataclass
class Standing:
    """How a plan stands on a day: the period to be checked now, and the one before it."""

    state: str
    now: Period
    #: The last period that is over, where a check was due in it; else None.
    before: Period | None


def standings(rows: Iterable[CheckPlan], today: date) -> dict[int, Standing]:
    """By plan, in one statement. Missing is where the last period went by without a check."""
    rows = list(rows)
    checks: dict[tuple[int, date], bool] = {}
    found = Check.objects.filter(plan__in=rows).filter(_recent(today))
    for plan, start, on, end in found.values_list("plan", "start", "on", "end"):
        # Of several checks for a period the one in time counts.
        checks[plan, start] = checks.get((plan, start), True) and on > end
    return {row.pk: _standing(row, checks, today) for row in rows}


def _recent(today: date) -> Q:
    starts = {p.start for every in Every.values for p in _two(every, today)}
    return Q(start__in=starts)


def _two(every: str, today: date) -> tuple[Period, Period]:
    now = periods.of(periods.Kind(every), today)
    return now, now.previous()


def _standing(row: CheckPlan, checks: dict[tuple[int, date], bool], today: date) -> Standing:
    now, before = _two(row.every, today)
    owed = before.end >= row.starts_on and (row.ends_on is None or row.ends_on >= before.start)
    last = before if owed else None
    if last and (row.pk, last.start) not in checks:
        return Standing("missing", now, last)
    if row.ends_on is not None and row.ends_on < now.start:
        return Standing("ended", now, last)
    if (row.pk, now.start) in checks:
        return Standing("done", now, last)
    if last and checks[row.pk, last.start]:
        return Standing("late", now, last)
    return Standing("due", now, last)


def missing(today: date) -> Q:
    """The plans of which ``standings`` says missing."""
    found = Q(pk__in=[])
    for every in Every.values:
        _now, before = _two(every, today)
        done = Check.objects.filter(plan=OuterRef("pk"), start=before.start)
        owed = Q(every=every, starts_on__lte=before.end) & (
            Q(ends_on=None) | Q(ends_on__gte=before.start)
        )
        found = found | (owed & Q(~Exists(done)))
    return found


# --- nil reports against what others found --------------------------------------------------


def rule_for(area: Region) -> NilRule | None:
    """The rule in force: the newest of the nearest area that has one."""
    rows = NilRule.objects.filter(area__in=ancestors(area.path)).order_by("-pk")
    nearest: dict[str, NilRule] = {}
    for row in rows.select_related("area"):
        nearest.setdefault(row.path, row)
    return max(nearest.values(), key=lambda row: len(row.path), default=None)


@dataclass(frozen=True)
class Doubtful:
    """An enterprise that reported nil month after month while others found hazards there."""

    enterprise: Enterprise
    found: int


def span_of(rule: NilRule, today: date) -> Period:
    """The months that the rule looks at: the last complete ones."""
    last = periods.last_complete(periods.Kind.MONTH, today)
    first = last
    for _month in range(rule.months - 1):
        first = first.previous()
    return periods.span(first.start, last.end)


def doubtful(rule: NilRule, area: Region, by: Actor, today: date) -> list[Doubtful]:
    """Enterprises of an area that the rule holds for, as far as ``by`` sees them."""
    span = span_of(rule, today)
    nil = (
        Expected.objects.filter(
            below(area.path), kind=SELF_FOUND.code, status=ReportStatus.NIL,
            start__gte=span.start, end__lte=span.end,
        )
        .order_by()
        .values("unit_id")
        .annotate(n=Count("start", distinct=True))
        .filter(n__gte=rule.months)
    )  # fmt: skip
    lands = Jurisdiction.objects.filter(unit__in=nil.values("unit_id")).exclude(enterprise_id=None)
    cases = policy.permitted(
        Case.objects.filter(
            found_by_others(span), below(area.path),
            enterprise_id__in=lands.values("enterprise_id"),
        ),
        "selfcheck.watch",
        by,
    )  # fmt: skip
    counts = dict(
        cases.order_by()
        .values("enterprise_id")
        .annotate(n=Count("pk"))
        .filter(n__gte=rule.found_min)
        .order_by("-n", "enterprise_id")
        .values_list("enterprise_id", "n")[:SHOWN_MAX]
    )
    firms = Enterprise.objects.select_related("area").in_bulk(list(counts))
    return [Doubtful(firms[pk], n) for pk, n in counts.items()]


def found_by_others(span: Period) -> Q:
    """Hazards that were found there by anybody but the enterprise itself."""
    return (
        Q(kind="hazard", opened_on__gte=span.start, opened_on__lte=span.end)
        & ~Q(source=Source.SELF_CHECK)
        & ~Q(state="void")
    )


def records(rule: NilRule, enterprise_id: int, by: Actor, today: date) -> QuerySet[Hazard]:
    """The hazards behind one enterprise's figure."""
    cases = Case.objects.filter(found_by_others(span_of(rule, today)), enterprise_id=enterprise_id)
    seen = policy.permitted(cases, "selfcheck.watch", by)
    return Hazard.objects.filter(case__in=seen).select_related("case").order_by("-case__opened_on")


def own_reports(by: Actor) -> QuerySet[Expected]:
    """Reports on own checks that one's enterprises owe or gave, the newest first."""
    rows = Expected.objects.filter(kind=SELF_FOUND.code)
    return policy.permitted(rows, "reports.answer", by).order_by("-start", "pk")
