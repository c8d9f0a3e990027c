"""Which figures a reader is offered, and what they are called in a table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy, words
from anlan.kernel.facts import kinds
from anlan.kernel.facts.kinds import Measure
from anlan.kernel.indicators.declare import Count, Distinct, Indicator, declared
from anlan.kernel.loop.worklist import works

Text = str | Promise

#: By how its fact kinds begin, what a figure needs that is about no case. Cases need what their
#: worklist needs, and whatever else is counted needs the analysis alone.
_NEEDS = {
    "sweep": "sweep.view", "selfcheck": "selfcheck.view", "enforcement": "enforcement.view",
}  # fmt: skip
#: Groups of the chooser, by how codes begin; what stands nowhere here comes last under its own.
GROUPS: Mapping[str, Text] = {
    "hazard": _("Hazards"), "problem": _("Problems"), "accident": _("Accidents"),
    "inquiry": _("Inquiries into accidents"), "sweep": _("Sweeps"), "selfcheck": _("Own checks"),
    "enforcement": _("Book of enforcement"), "measure": _("Measures"),
    "supervision": _("Supervision"), "truth": _("Truth checks"),
}  # fmt: skip
DEFAULT = ("hazard.found", "hazard.rectified", "hazard.rectification_rate", "hazard.overdue")


@cache
def catalogue() -> Mapping[str, Indicator]:
    """All that is declared as an indicator, and a count of each kind of fact that no count names.

    What is stated of an area as a whole is no sum and no figure by itself. Their codes end in
    ``:kind``, so that an indicator that is declared later takes no other's.
    """
    found: dict[str, Indicator] = dict(declared())
    plain = {one.kind for one in found.values() if isinstance(one, Count) and not one.where}
    for code, kind in kinds.declared().items():
        if code not in plain and not kind.whole:
            make = Distinct if kind.measure is Measure.DISTINCT else Count
            found[f"{code}:kind"] = make(f"{code}:kind", kind.label, code)
    return found


@cache
def _of_cases() -> Mapping[str, str]:
    """What the records of each kind of case need to be seen."""
    return {kind: work.view for work in works() for kind in work.kinds}


def needs(kind: str) -> str:
    """The permission that opens what is counted under a kind of fact."""
    head = kind.split(".")[0]
    return _of_cases().get(head) or _NEEDS.get(head) or "statistics.view"


def for_reader(by: Actor, *, by_sector: bool) -> dict[str, Indicator]:
    """What ``by`` may read. by_sector: their posts cover some sectors alone.

    What is posted without labels can't be narrowed to sectors, so who covers some isn't offered it.
    """
    return {
        code: each
        for code, each in catalogue().items()
        if all(policy.may(by, needs(kind)) for kind in each.kinds)
        and not (by_sector and any(kinds.known(kind).plain for kind in each.kinds))
    }


def grouped(
    offered: Mapping[str, Indicator], chosen: Collection[str], *, every_count: bool
) -> list[tuple[Text, list[Indicator]]]:
    """For the chooser: what is declared; the bare counts, some hundreds, where asked for."""
    found: dict[str, list[Indicator]] = {}
    for code, each in offered.items():
        if code.endswith(":kind") and not every_count and code not in chosen:
            continue
        found.setdefault(code.split(".")[0], []).append(each)
    order = [*GROUPS, *sorted(found.keys() - GROUPS.keys())]
    nouns = {kind: noun for work in works() for kind, noun in work.kinds.items()}
    return [
        (GROUPS.get(head) or nouns.get(head) or words.what(head), found[head])
        for head in order
        if head in found
    ]
