"""What a paper is about: an area and a period, the sectors that its writer may see, the moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.bulletins.refusals import PaperIncomplete
from anlan.domain.statistics import bindings
from anlan.kernel.accounts import policy, readers
from anlan.kernel.calendar.periods import Period
from anlan.kernel.regions.models import Region


@dataclass(frozen=True)
class Scope:
    area: Region
    period: Period
    at: datetime
    #: None is all sectors; else figures count these alone, and the paper says so.
    sectors: Sequence[str] | None = None
    #: What the ledger knew at that moment; None on a page that shows how it stands now.
    known_at: datetime | None = None
    accidents: bool = True
    #: Who writes: what they may not read can't be put in. None where nobody types anything.
    by: Actor | None = None

    def may_tell(self, code: str) -> bool:
        """Whether whoever writes may put in what a code names."""
        return self.by is None or bindings.may(self.by, code, by_sector=self.sectors is not None)

    @property
    def today(self) -> date:
        return timezone.localdate(self.known_at or self.at)

    @property
    def passed(self) -> Period:
        """What has passed of the period."""
        return self.period.up_to(self.today) if self.period.start <= self.today else self.period

    @property
    def common(self) -> dict[str, Any]:
        """What every question to the ledger has in common."""
        where = {} if self.sectors is None else {"sector": list(self.sectors)}
        return {"at": self.at, "as_known_at": self.known_at, "where": where}


def of(
    by: Actor, area: Region, period: Period, at: datetime, *, known_at: datetime | None = None
) -> Scope:
    """The scope within one's rights: NotFound where one doesn't answer for the area.

    Raises PaperIncomplete of a period that hasn't begun: nothing can be said of it.
    """
    sectors = readers.demand(by, area, at)
    if period.start > timezone.localdate(at):
        reason = _("%(period)s hasn't begun; choose one that has.") % {"period": period.label}
        raise PaperIncomplete(field="period", reason=reason)
    return Scope(area, period, at, sectors, known_at, policy.may(by, "accidents.view"))
