"""What a fact can be about: an object, declared once, in the capability that posts it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Measure(StrEnum):
    #: Counts of what happened in a period; adds up over days, areas and labels (家次, 项).
    FLOW = "flow"
    #: What stands at the end of a day: the sum of +/− entries up to and including that day.
    STOCK = "stock"
    #: Different subjects in a declared period (家): adds up over areas, not over periods.
    DISTINCT = "distinct"


@dataclass(frozen=True)
class FactKind:
    """``code`` is a past event (``hazard.found``); ``basis`` is its 口径 in a sentence."""

    code: str
    label: str | Promise
    unit: str | Promise
    basis: str | Promise
    measure: Measure = Measure.FLOW
    #: For DISTINCT: the period in which a subject counts once ("month" or "year").
    period: str = ""
    #: The kind that opened the cohort this one belongs to: it copies area, labels and day from
    #: there, so that a rate of the two can't pass 100 %.
    cohort_of: str = ""
