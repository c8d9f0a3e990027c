"""What a fact can be about: an object, declared once, in the capability that posts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string

#: Periods in which a distinct measure may count a subject once. Both are whole calendar months,
#: so that its entries live in month cells.
DISTINCT_PERIODS = ("month", "year")


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
    #: Posted without labels: what is narrowed to a sector or a grade finds none of it.
    plain: bool = False
    #: Stated of an area as a whole (its GDP): never added up over areas, and read by stated.py.
    whole: bool = False

    @property
    def is_money(self) -> bool:
        """Whether it is counted in fen, as all money is."""
        with translation.override("en"):
            return str(self.unit) == "fen"

    def __post_init__(self) -> None:
        assert 0 < len(self.code) <= 60, self.code
        distinct = self.measure is Measure.DISTINCT
        assert (self.period in DISTINCT_PERIODS) if distinct else not self.period, self.code
        assert self.plain or not self.whole, f"{self.code}: a whole has no labels"
        if self.cohort_of:
            assert self.measure is Measure.FLOW, f"{self.code}: only a flow follows a cohort"
            assert self.cohort_of != self.code, self.code


_declared: dict[str, FactKind] = {}
_loaded = False


def declare(kinds: Iterable[FactKind]) -> None:
    """Make kinds known. Declaring one twice is a slip, unless it is the same one."""
    for kind in kinds:
        assert _declared.get(kind.code, kind) == kind, f"{kind.code} is declared twice"
        _declared[kind.code] = kind


def declared() -> dict[str, FactKind]:
    """Every kind of this installation, by code; asserted to fit together."""
    global _loaded
    if not _loaded:
        declare(import_string(settings.FACT_KINDS)())
        _loaded = True
        for kind in _declared.values():
            _assert_fits(kind)
    return _declared


def known(code: str) -> FactKind:
    """The kind of that code. One that nobody declared is a slip of ours."""
    found = _declared.get(code) or declared().get(code)
    assert found is not None, f"no capability declares the fact kind {code}"
    return found


def _assert_fits(kind: FactKind) -> None:
    seen = {kind.code}
    while kind.cohort_of:
        opener = _declared.get(kind.cohort_of)
        assert opener is not None, f"{kind.code} follows {kind.cohort_of}, which is not declared"
        assert opener.measure is Measure.FLOW, f"{kind.code}: a cohort opens with a flow"
        assert opener.code not in seen, f"{kind.code} follows itself"
        seen.add(opener.code)
        kind = opener
