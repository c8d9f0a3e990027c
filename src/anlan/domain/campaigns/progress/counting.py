"""What may count a target: kinds of fact and rates of the ledger, narrowed to labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.campaigns.models import Target
from anlan.domain.hazards.models import Grade, Source
from anlan.kernel.accounts import sectors
from anlan.kernel.facts import kinds
from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.indicators import declare
from anlan.kernel.indicators.declare import Indicator, Ratio
from anlan.kernel.loop import worklist

#: Kinds of targets that a count can be held against (reading/target.py has the others).
COUNTABLE = ("number", "change", "trend", "curb")
#: By which labels a count may be narrowed. Topics overlap, so they aren't among them.
LABELS = ("sector", "grade", "source")
#: Facts that units declare: they are what a count takes the place of.
DECLARED = ("target.", "duty.")
Where = Mapping[str, Sequence[str]]
NOT_TOLD_APART = gettext_lazy(
    "This is counted without telling sectors, grades or sources apart: choose none of them."
)


@dataclass(frozen=True)
class Counting:
    """How a target is counted: one kind of fact, or of a rate the part and the whole."""

    code: str
    label: str | Promise
    unit: str | Promise
    basis: str | Promise
    parts: tuple[tuple[str, Where], ...]
    #: Digits behind the point, of a rate.
    digits: int = 0

    @property
    def is_rate(self) -> bool:
        return len(self.parts) == 2

    @property
    def is_distinct(self) -> bool:
        """家, not 家次: each subject once, however often it occurred in the days counted."""
        return kinds.known(self.parts[0][0]).measure is Measure.DISTINCT

    @property
    def is_stock(self) -> bool:
        return kinds.known(self.parts[0][0]).measure is Measure.STOCK


def counting_of(target: Target) -> Counting | None:
    """How it is counted; None where nobody counts it, or no capability does any more."""
    return counting(target.counted, target.counted_where) if target.counted else None


def counting(code: str, where: Where) -> Counting | None:
    kind = kinds.declared().get(code)
    if kind is not None and _may_count(kind):
        thing = _things().get(code.split(".")[0])
        label = f"{thing} · {kind.label}" if thing else kind.label
        return Counting(code, label, kind.unit, _basis(kind), ((code, dict(where)),))
    rate = declare.declared().get(code)
    if isinstance(rate, Ratio) and _is_rate(rate):
        parts = tuple(
            (name, {**own, **where}) for name, own in zip(rate.kinds, rate.filters, strict=True)
        )
        return Counting(
            code, rate.label, rate.full_unit, rate.full_basis, parts, max(2, rate.digits)
        )
    return None


def _basis(kind: FactKind) -> str | Promise:
    if kind.measure is not Measure.DISTINCT:
        return kind.basis
    return gettext_lazy("Each one once in the days counted, however often it occurred in them.")


def _may_count(kind: FactKind) -> bool:
    return not kind.code.startswith(DECLARED) and not kind.whole


def is_plain(code: str) -> bool:
    """Whether what counts has no labels, so that narrowed to one it would find nothing."""
    kind = kinds.declared().get(code)
    return kind is not None and kind.plain


def _is_rate(each: Indicator) -> bool:
    return each.form == "percent"


def choices() -> list[tuple[str, Any]]:
    """Rates, then kinds of fact by what they are about, as a select groups them."""
    rates = [
        (code, f"{each.label} (%)") for code, each in declare.declared().items() if _is_rate(each)
    ]
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, kind in kinds.declared().items():
        if _may_count(kind):
            groups.setdefault(code.split(".")[0], []).append((code, f"{kind.label} ({kind.unit})"))
    named = _things()
    found = [(named.get(prefix, prefix), rows) for prefix, rows in groups.items()]
    return [("", _("— nothing: units declare it —")), (_("rates"), rates), *found]


def _things() -> dict[str, str]:
    """What the cases of each kind are called: "found" alone says little."""
    return {kind: str(label) for work in worklist.works() for kind, label in work.kinds.items()}


LABEL_NAMES: dict[str, str | Promise] = {
    "sector": gettext_lazy("Sector"), "grade": gettext_lazy("Grade"),
    "source": gettext_lazy("Source"),
}  # fmt: skip


def values_of(label: str) -> dict[str, str]:
    """What a label may be, and what people call it."""
    if label == "sector":
        return dict(sectors.names())
    rows = Grade.choices if label == "grade" else Source.choices
    return {str(value): str(name) for value, name in rows if value}


def said_where(where: Where) -> str:
    """煤矿、重大"""
    return "、".join(
        values_of(name).get(value, value) for name in LABELS for value in where.get(name, ())
    )
