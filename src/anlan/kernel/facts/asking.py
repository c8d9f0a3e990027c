"""What can be asked of the ledger, and what it answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.kernel.calendar.periods import Period

AREAS_MAX = 3_000
PERIODS_MAX = 400
CELLS_MAX = 400_000

REGION, MONTH = "region", "month"

#: Why a figure has no value.
MISSING = {
    "not_divisible": _("can't be divided to this period or area"),
    "not_yet": _("the period hasn't begun"),
    "not_on_system": _("nobody there was on the system yet"),
    "not_reported": _("not reported"),
    "not_applicable": _("not applicable"),
    "not_stated": _("what it is divided by wasn't stated for these days and this area"),
}


class NotYetKnown(Refusal):
    """A figure was asked for as it will be known."""

    code = "not_yet_known"
    message = _("%(moment)s lies in the future. Ask for figures as known now or earlier.")


class TooManyFigures(Refusal):
    code = "too_many_figures"
    message = _(
        "That would be %(count)d figures; at most %(max)d can be asked for at once. "
        "Choose fewer areas, periods or kinds."
    )
    status = 413


@dataclass(frozen=True)
class Query:
    """What is asked for.

    areas:        ids of regions; with "region" in ``by``, the regions directly below each
    by:           "region", "month", and names of labels ("sector", "grade", "source", "topics")
    where:        by label, the values that count; "" is a label that isn't there
    at:           the moment of asking: what stands is read on its local day
    as_known_at:  what the ledger knew at that moment, on that day
    territory:    areas as they were "then", or on today's map ("now")
    coverage:     leave zero out where nobody was on the system, or a report is owed
    """

    kinds: Sequence[str]
    areas: Sequence[int]
    periods: Sequence[Period]
    at: datetime
    by: Sequence[str] = ()
    where: Mapping[str, Collection[str]] = field(default_factory=dict)
    as_known_at: datetime | None = None
    territory: Literal["then", "now"] = "then"
    coverage: bool = False


class Cell(NamedTuple):
    """One figure. ``value`` is None where there is none, and ``missing`` says why.

    ``own`` marks what was counted at the area itself and at nothing below it (本级), so that
    the parts add up; ``overlapping`` marks labels of which a case has several (有交叉).
    """

    area_id: int
    period: Period
    kind: str
    labels: Mapping[str, str]
    value: int | None
    missing: str = ""
    own: bool = False
    overlapping: bool = False
