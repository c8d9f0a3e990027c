"""The accidents behind a figure, as the ledger knows them now or knew them at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from anlan.base.actor import Actor
from anlan.domain.accidents import queries
from anlan.domain.accidents.models import Accident
from anlan.kernel.facts.behind import Asked as Asked
from anlan.kernel.facts.behind import facts_of
from anlan.kernel.facts.behind import value_of as value_of
from anlan.kernel.facts.models import Fact


def quantities(asked: Asked, at: datetime) -> QuerySet[Fact, Any]:
    """By case how much of the figure it is; ask for the figure first, which leaves the fold."""
    rows = facts_of(asked, at).filter(case_id__isnull=False).order_by()
    return rows.values("case_id").annotate(sum=Sum("quantity")).exclude(sum=0)


def accidents(asked: Asked, by: Actor, at: datetime) -> QuerySet[Accident]:
    """Those that ``by`` may see."""
    return queries.visible(by).filter(pk__in=quantities(asked, at).values("case_id"))
