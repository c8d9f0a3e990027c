"""What is behind a figure: the facts it sums, and the hazards that these are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.lookups import Ids
from anlan.domain.hazards import queries
from anlan.domain.hazards.models import Hazard, HazardQuerySet
from anlan.domain.hazards.overview import FOUND, SETTLED
from anlan.kernel.accounts import policy
from anlan.kernel.facts.behind import Asked as Asked
from anlan.kernel.facts.behind import facts_of as facts_of
from anlan.kernel.facts.behind import value_of as value_of
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.worklist import Wanted
from anlan.kernel.regions.models import Level
from anlan.ui.keyset import Keyset, Page

#: A figure up to which it is said how many cases make it.
CASES_COUNTED_MAX = 900
#: Facts that are read to find the cases behind a figure.
FACTS_MAX = 3_000


@dataclass(frozen=True)
class Behind:
    """How a figure is made up."""

    value: int | None
    #: None where that isn't counted out.
    cases: int | None
    #: Posted without a case: reported on a form.
    reported: int | None
    #: Cases that are counted here and are somewhere else by now, out of the reader's sight.
    hidden: int | None


def page_of_records(
    asked: Asked, by: Actor, at: datetime, order: Keyset, params: Any
) -> Page[Hazard]:
    """A page of ``hazards_behind``."""
    few = _few(asked, at)

    def wanted() -> Wanted:
        return Wanted(
            _counted(asked, at, few) & Q(case__kind="hazard"),
            policy.branches("hazard.view", by),
            # Asking many cases whether they count takes longer than reading a page of them.
            probe=Q(case__kind="hazard"),
            few=few,
        )

    standing = policy.standing(by, "hazard.view")
    where = tuple((name, tuple(values)) for name, values in sorted(asked.where.items()))
    figure = (
        asked.kind, asked.area.pk, asked.area.path, asked.period, where, asked.own, few,
        timezone.localdate(at),
    )  # fmt: skip
    return queries.page_of(wanted, order, params, standing and ("behind", figure, standing))


def hazards_behind(asked: Asked, by: Actor, at: datetime) -> HazardQuerySet:
    """The hazards that a figure counts, as far as ``by`` may see them."""
    return queries.visible(by).filter(_counted(asked, at, _few(asked, at)))


def _about_cases(asked: Asked, at: datetime) -> QuerySet[Fact]:
    return facts_of(asked, at).filter(case_id__isnull=False).order_by()


def _few(asked: Asked, at: datetime) -> bool:
    return _about_cases(asked, at)[: FACTS_MAX + 1].count() <= FACTS_MAX


def _counted(asked: Asked, at: datetime, few: bool) -> Q:
    """What the hazards fulfil that a figure counts.

    Few facts lead to their cases. Of many, there are cases on every page of the list, so each
    case is asked whether it counts.
    """
    facts = _about_cases(asked, at)
    if few:
        sums = facts.values("case_id").annotate(sum=Sum("quantity")).exclude(sum=0)
        return Q(pk__in=sums.values("case_id"))
    of_case = facts.filter(case_id=OuterRef("case_id")).values("case_id")
    summed = Subquery(of_case.annotate(sum=Sum("quantity")).values("sum"))
    # Nothing happens to a case before it is found, and it counts as found on that day.
    where = Q(case__opened_on__lte=asked.period.end)
    if asked.kind in (FOUND, SETTLED):
        where &= Q(case__opened_on__gte=asked.period.start)
    return where & ~Q(Exact(Coalesce(summed, 0), 0))


def made_of(asked: Asked, by: Actor, at: datetime) -> Behind:
    """How the figure is made up; not counted out where it is large."""
    value = value_of(asked, at)
    if value is None or value > CASES_COUNTED_MAX or asked.area.level <= Level.PREFECTURE:
        return Behind(value, None, None, None)
    facts = facts_of(asked, at)
    sums = facts.values("case_id").annotate(sum=Sum("quantity")).exclude(sum=0)
    found = {row["case_id"]: row["sum"] for row in sums}
    reported = found.pop(None, 0)
    cases: Any = Ids(filter(None, found))
    seen = queries.visible(by).filter(pk__any_of=cases).count()
    return Behind(value, len(found), reported, len(found) - seen)
