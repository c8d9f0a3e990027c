"""The accidents behind a figure, as the ledger knows them now or knew them at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from anlan.base.actor import Actor
from anlan.domain.accidents import queries
from anlan.domain.accidents.models import Accident
from anlan.domain.accidents.work import ROW
from anlan.kernel.facts.behind import Asked as Asked
from anlan.kernel.facts.behind import facts_of
from anlan.kernel.facts.behind import value_of as value_of
from anlan.kernel.facts.models import Fact
from anlan.ui.keyset import Keyset, Page

#: As the register's first order: by the day and, of one day, by when it was entered.
ORDER = Keyset.by("-day", "-case_id")


def quantities(asked: Asked, at: datetime) -> QuerySet[Fact, Any]:
    """By case how much of the figure it is; ask for the figure first, which leaves the fold.

    All that an accident counts stands on its day.
    """
    rows = facts_of(asked, at).filter(case_id__isnull=False).order_by()
    return rows.values("case_id", "day").annotate(sum=Sum("quantity")).exclude(sum=0)


def page(
    asked: Asked, by: Actor, at: datetime, params: Any
) -> tuple[Page[Accident], dict[UUID, int]]:
    """A page of the accidents, and by case how much of the figure each is.

    The facts alone say which are next; what ``by`` may not see is left out of its page.
    """
    parts: Any = quantities(asked, at)
    found: Page[Any] = ORDER.page(parts.values_list("case_id", "day", "sum", named=True), params)
    own = queries.visible(by).filter(pk__in=[part.case_id for part in found.rows])
    shown = {row.pk: row for row in own.select_related(*ROW)}
    rows = [shown[part.case_id] for part in found.rows if part.case_id in shown]
    return replace(found, rows=rows), {part.case_id: part.sum for part in found.rows}


def hidden(asked: Asked, by: Actor, at: datetime, whole: bool) -> tuple[int, int]:
    """How many accidents there are, and how many of them ``by`` may not see.

    whole:  ``by`` sees all that stands in the area; what counts there now stands there now.
    """
    cases = quantities(asked, at).count()
    if whole and asked.known_at is None:
        return cases, 0
    seen = queries.visible(by).filter(pk__in=quantities(asked, at).values("case_id"))
    return cases, cases - seen.count()
