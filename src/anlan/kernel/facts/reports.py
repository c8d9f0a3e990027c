"""Reports that units owe: asked for, answered, missing (缺报), nil (零报告), not applicable.

What was counted comes from the facts themselves; a report only says whether a unit has finished
with a period, so that a zero can be told from silence. Rights are the caller's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.base.refusal import NotFound, Refusal
from anlan.kernel.audit.trail import Entry, record
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import intern, kinds
from anlan.kernel.facts.kinds import Measure
from anlan.kernel.facts.models import Expected, Fact, ReportStatus
from anlan.kernel.regions.models import Region

#: Reports that one act asks for.
ASKED_MAX = 5_000
_OBJECT = "facts.expected"


class ReportRefused(Refusal):
    """A report that can't be asked for, answered so, or dropped."""

    code = "report_refused"
    message = gettext_lazy("The report can't be entered: %(reason)s")
    status = 409


class Owing(NamedTuple):
    """A unit that shall report, for its area."""

    unit_id: int
    area_id: int
    path: str


def prefixes() -> list[str]:
    """What a report may be about: how the kinds of each capability begin ("hazard.")."""
    return sorted({f"{code.split('.')[0]}." for code in kinds.declared()})


@transaction.atomic
def expect(
    owing: Sequence[Owing], kind: str, period: Period, due_on: date, *, by: Actor, at: datetime
) -> int:
    """Ask units for their report of a period; returns how many are new.

    Asking again changes nothing. Raises ReportRefused.
    """
    if kind not in prefixes() and kind not in kinds.declared():
        raise ReportRefused(reason=_("choose what it is about from the list."))
    if not owing:
        raise ReportRefused(reason=_("choose at least one unit."))
    if len(owing) > ASKED_MAX:
        raise ReportRefused(
            reason=_("these are more than %(max)d units; ask in parts.") % {"max": ASKED_MAX}
        )
    if due_on < period.end:
        raise ReportRefused(
            reason=_("the period ends on %(day)s; it can be due on that day at the earliest.")
            % {"day": period.end.isoformat()}
        )
    mine = Q(kind=kind, start=period.start, end=period.end)
    had = Expected.objects.filter(mine).count()
    Expected.objects.bulk_create(
        [
            Expected(
                unit_id=each.unit_id, area_id=each.area_id, path=each.path, kind=kind,
                start=period.start, end=period.end, due_on=due_on,
            )
            for each in owing
        ],
        ignore_conflicts=True,
        batch_size=500,
    )  # fmt: skip
    made = Expected.objects.filter(mine).count() - had
    after = {"units": len(owing), "rows": made, "due_on": due_on}
    entry = Entry("reports.expect", _OBJECT, f"{kind}{period.code}"[:60], after=after)
    record([entry], by=by, at=at)
    return made


@transaction.atomic
def answer(pk: int, status: str, *, by: Actor, at: datetime, note: str = "") -> Expected:
    """Say of one report that it is complete, nil, or not applicable. May be said anew.

    Refused before the period is over, and where the facts say otherwise: a nil report over what
    was counted, or a complete one over nothing.
    """
    row = Expected.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound
    if status not in ReportStatus.values or status == ReportStatus.EXPECTED:
        raise ReportRefused(reason=_("choose reported, nil or not applicable."))
    today = timezone.localdate(at)
    if today < row.end:
        raise ReportRefused(
            reason=_("the period runs until %(day)s; report when it is over.")
            % {"day": row.end.isoformat()}
        )
    if status == ReportStatus.NOT_APPLICABLE and not note.strip():
        raise ReportRefused(reason=_("write why it doesn't apply."))
    counted = counted_by(row)
    if status != ReportStatus.REPORTED and counted:
        raise ReportRefused(
            reason=_("%(n)d were counted for your unit in this period; report it as complete.")
            % {"n": counted}
        )
    if status == ReportStatus.REPORTED and not counted:
        raise ReportRefused(
            reason=_("nothing was counted for your unit in this period; enter it, or report nil.")
        )
    before = row.status
    row.status, row.note = status, note.strip()[:200]
    # Whoever corrects an answer was in time if the first was.
    if before == ReportStatus.EXPECTED:
        row.answered_at = at
    row.answered_by = by.name
    row.save(update_fields=["status", "note", "answered_at", "answered_by"])
    entry = Entry(
        "reports.answer", _OBJECT, row.pk, reason=row.note,
        before={"status": before}, after={"status": status},
    )  # fmt: skip
    record([entry], by=by, at=at)
    return row


@transaction.atomic
def drop(pk: int, *, by: Actor, at: datetime, reason: str) -> None:
    """No longer ask for a report that nobody answered."""
    if not reason.strip():
        raise ReportRefused(reason=_("write why it is no longer asked for."))
    row = Expected.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound
    if row.status != ReportStatus.EXPECTED:
        raise ReportRefused(reason=_("it was answered; what was reported stays."))
    before = {"unit_id": row.unit_id, "kind": row.kind, "start": row.start, "end": row.end}
    row.delete()
    entry = Entry("reports.drop", _OBJECT, pk, reason=reason.strip(), before=before)
    record([entry], by=by, at=at)


def counted_by(row: Expected) -> int:
    """How much of what the report is about the unit has posted for the period."""
    codes = [
        code for code, kind in kinds.declared().items()
        if code.startswith(row.kind) and kind.measure is Measure.FLOW and not kind.cohort_of
    ]  # fmt: skip
    numbers = intern.known_kinds(codes)
    area = Region.objects.filter(pk=row.area_id).first()
    if not numbers or area is None:
        return 0
    places = Region.objects.filter(below(area.path)).values("pk")
    facts = Fact.objects.filter(
        kind_id__in=list(numbers.values()), unit_id=row.unit_id, day__gte=row.start,
        day__lte=row.end, area_id__in=places,
    )  # fmt: skip
    sums = facts.values("kind_id").annotate(sum=Sum("quantity")).values_list("sum", flat=True)
    # The widest of them: what was found was perhaps rectified and closed as well.
    return max((each for each in sums if each), default=0)


# Reading


def state_of(row: Expected, today: date) -> str:
    """How a report stands: on_time, late, nil, not_applicable, missing, waiting."""
    if row.status == ReportStatus.EXPECTED:
        return "missing" if row.due_on and row.due_on < today else "waiting"
    if row.status == ReportStatus.NOT_APPLICABLE:
        return "not_applicable"
    answered = timezone.localdate(row.answered_at) if row.answered_at else None
    if answered and row.due_on and answered > row.due_on:
        return "late"
    return "nil" if row.status == ReportStatus.NIL else "on_time"


def in_state(state: str, today: date) -> Q:
    """The reports of which ``state_of`` says ``state``."""
    late = Q(answered_at__date__gt=F("due_on"))
    given = Q(status__in=[ReportStatus.REPORTED, ReportStatus.NIL])
    return {
        "missing": Q(status=ReportStatus.EXPECTED, due_on__lt=today),
        "waiting": Q(status=ReportStatus.EXPECTED) & ~Q(due_on__lt=today),
        "late": given & late,
        "nil": Q(status=ReportStatus.NIL) & ~late,
        "on_time": Q(status=ReportStatus.REPORTED) & ~late,
        "not_applicable": Q(status=ReportStatus.NOT_APPLICABLE),
    }[state]


def periods_asked(rows: QuerySet[Expected]) -> Collection[tuple[date, date]]:
    """Periods that any of these reports is about, newest first."""
    return list(rows.order_by("-start", "-end").values_list("start", "end").distinct()[:60])
