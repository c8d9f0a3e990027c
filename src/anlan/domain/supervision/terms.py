"""What is in force for reports of major hazards, and what it means for one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.supervision.models import Terms
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind, Period

#: Kinds of period that an office may choose for dual reports.
PERIODS: dict[str, str | Promise] = {
    Kind.TEN_DAYS.value: _("every ten days"),
    Kind.MONTH.value: _("every month"),
    Kind.QUARTER.value: _("every quarter"),
    Kind.HALF.value: _("every half-year"),
    Kind.YEAR.value: _("every year"),
}
#: Periods of one hazard that a form offers, the latest first.
OFFERED_MAX = 24


@dataclass(frozen=True)
class InForce:
    """The newest version, or none: then no limit is set, and no report is owed."""

    version: int = 0
    hours: int | None = None
    since: date | None = None
    period: str = ""

    def bound(self, opened_on: date) -> bool:
        """Whether a hazard found that day falls under the direct report."""
        return self.since is None or opened_on >= self.since

    def overdue(self, opened_on: date, at: datetime) -> bool:
        """No direct report though the limit has passed, counted from the end of the day found:
        of what nobody reported only the day is known."""
        if self.hours is None or not self.bound(opened_on):
            return False
        midnight = timezone.make_aware(
            datetime.combine(opened_on + timedelta(days=1), datetime.min.time())
        )
        return at > midnight + timedelta(hours=self.hours)

    def of_day(self, day: date) -> Period | None:
        return periods.of(Kind(self.period), day) if self.period else None

    def owed(self, opened_on: date, closed_on: date | None, today: date) -> list[Period]:
        """Periods in which a major hazard was open, the latest first; the current one is last to
        be over, so it is owed once it ends."""
        found: list[Period] = []
        last = min(closed_on or today, today)
        period = self.of_day(last)
        while period and period.end >= opened_on and len(found) < OFFERED_MAX:
            found.append(period)
            period = self.of_day(period.start - timedelta(days=1))
        return found


def in_force() -> InForce:
    row = Terms.objects.order_by("-version").first()
    return InForce(row.version, row.hours, row.since, row.period) if row else InForce()
