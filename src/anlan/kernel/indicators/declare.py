"""Indicators as data: what is counted, against what, and on what basis (口径).

    Count("hazard.found_major", _("major hazards found"), kind="hazard.found",
          where={"grade": ("major",)})
    Ratio("hazard.settled_rate", _("rectification rate"), part="hazard.found_settled",
          whole="hazard.found", source="…")

Basis and source are shown wherever the figure is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from anlan.kernel.facts.intern import TOPICS
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.indicators.arithmetic import DIGITS_MAX

Text = str | Promise
Where = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Indicator:
    """What they all have. An empty basis or unit is the fact kind's own."""

    code: str
    label: Text
    basis: Text = field(default="", kw_only=True)
    unit: Text = field(default="", kw_only=True)
    #: Where the definition comes from: the rule, plan or form, with its item.
    source: Text = field(default="", kw_only=True)
    #: "up" or "down" where one way is better, for ranks and colours.
    better: str = field(default="", kw_only=True)

    #: How a value is written: "count", "percent" or "number".
    form: ClassVar[str] = "count"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The fact kinds that it is worked out from."""
        raise NotImplementedError

    @property
    def filters(self) -> tuple[Where, ...]:
        """Which labels each of ``kinds`` is narrowed to."""
        raise NotImplementedError

    @property
    def summed(self) -> tuple[str, ...]:
        """Those of its kinds that are sums of the ledger."""
        return tuple(kind for kind in self.kinds if not known(kind).whole)

    @property
    def full_basis(self) -> Text:
        return self.basis or known(self.kinds[0]).basis

    @property
    def full_unit(self) -> Text:
        return self.unit or known(self.kinds[0]).unit

    def check(self) -> None:
        """Assert what only we can get wrong."""
        assert self.better in ("", "up", "down"), self.code
        assert self.full_basis, f"{self.code} has no basis"
        for kind, where in zip(self.kinds, self.filters, strict=True):
            known(kind)
            # Topics overlap: sums over them would count a case several times.
            assert TOPICS not in where, self.code


@dataclass(frozen=True)
class Count(Indicator):
    """How many: a flow in a period, or what stands at its end."""

    kind: str
    where: Where = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,)

    @property
    def filters(self) -> tuple[Where, ...]:
        return (self.where,)


@dataclass(frozen=True)
class Distinct(Count):
    """How many different ones (家): in its kind's own period and in no other."""

    def check(self) -> None:
        super().check()
        assert known(self.kind).measure is Measure.DISTINCT, self.code


@dataclass(frozen=True)
class Ratio(Indicator):
    """A part of a whole, in percent; no period can exceed 100 %. Over nothing it is None.

    Asserted: the part follows the whole's cohort, or is the same kind narrowed down further.
    Otherwise ``bounded`` says in a sentence why the part can't pass the whole.
    """

    part: str
    whole: str
    part_where: Where = field(default_factory=dict)
    whole_where: Where = field(default_factory=dict)
    digits: int = field(default=1, kw_only=True)
    bounded: str = field(default="", kw_only=True)

    form: ClassVar[str] = "percent"

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.part, self.whole)

    @property
    def filters(self) -> tuple[Where, ...]:
        return (self.part_where, self.whole_where)

    @property
    def full_unit(self) -> Text:
        return self.unit or "%"

    def check(self) -> None:
        super().check()
        assert 0 <= self.digits <= DIGITS_MAX, self.code
        if self.bounded:
            return
        within = self.part == self.whole or self.whole in _openers(self.part)
        assert within, f"{self.code}: {self.part} is no part of {self.whole}'s cohort"
        # Whatever the whole leaves out, the part leaves out too.
        for name, values in self.whole_where.items():
            assert set(self.part_where.get(name, ())) <= set(values), self.code
            assert name in self.part_where, f"{self.code}: the part isn't narrowed by {name}"


@dataclass(frozen=True)
class Average(Ratio):
    """One count for each of another (每家隐患数); may well exceed one."""

    form: ClassVar[str] = "number"

    @property
    def full_unit(self) -> Text:
        return self.unit

    def check(self) -> None:
        Indicator.check(self)
        assert 0 <= self.digits <= DIGITS_MAX, self.code


@dataclass(frozen=True)
class PerOutput(Average):
    """How many for each so much of what is stated of an area as a whole (亿元GDP死亡率).

    ``per``: how many of the whole's smallest unit make one. Where nobody stated the whole for just
    these days and this area, the rate is missing; an area's whole is no sum of the areas below.
    """

    per: int = field(default=1, kw_only=True)

    def check(self) -> None:
        super().check()
        assert self.per > 0, self.code
        assert known(self.whole).whole, f"{self.code}: {self.whole} is stated of no whole"
        assert not known(self.part).whole, self.code
        assert not self.whole_where, self.code


def _openers(kind: str) -> Iterable[str]:
    while opener := known(kind).cohort_of:
        yield opener
        kind = opener


_declared: dict[str, Indicator] = {}
_loaded = False


def declare(indicators: Iterable[Indicator]) -> None:
    """Make indicators known, each checked. Declaring one twice is a slip."""
    for each in indicators:
        each.check()
        assert _declared.get(each.code, each) == each, f"{each.code} is declared twice"
        _declared[each.code] = each


def declared() -> dict[str, Indicator]:
    """Every indicator of this installation, by code."""
    global _loaded
    if not _loaded:
        declare(import_string(settings.INDICATORS)())
        _loaded = True
    return _declared


def indicator(code: str) -> Indicator:
    return _declared.get(code) or declared()[code]
