"""Reading filings: how each stands, lists and counts that open to their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.returns.table import STATES as RETURN_STATES
from anlan.domain.campaigns.returns.table import TONES as RETURN_TONES
from anlan.domain.filings import judging
from anlan.domain.filings.loop import KIND
from anlan.domain.filings.models import Filing, Form, Item
from anlan.kernel.accounts import policy
from anlan.kernel.loop import commands as loop
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region

URGED_MAX = 500
#: How a filing stands: seven things that are told apart.
STANDS: dict[str, str | Promise] = {
    **{code: label for code, label in RETURN_STATES.items() if code != "waiting"},
    "returned": pgettext_lazy("return", "sent back, not filed again"),
    "waiting": RETURN_STATES["waiting"],
}
TONES = {**RETURN_TONES, "returned": "red"}
#: What of them was filed: the part of a completeness.
FILED = ("on_time", "nil", "late")
#: Beside how they stand, what a list may be narrowed to.
IN_TIME = "in_time"


def stands(row: Filing, today: date) -> str:
    """How a filing stands on ``today``: where it is now.

    What is sent back is owed again; whether it was in time, judging.py says once for all.
    """
    case = row.case
    due = case.due_on or row.due_on
    if case.state == "void":
        return "not_applicable"
    if case.unsettled:
        if row.first_on is not None:
            return "returned"
        return "missing" if due < today else "waiting"
    if row.first_on is not None and row.first_on > row.due_on:
        return "late"
    return "nil" if row.kind == "nil" else "on_time"


def standing(today: date) -> Choose:
    """The same in SQL."""
    return Choose(
        When(case__state="void", then=Value("not_applicable")),
        When(case__unsettled=True, first_on__isnull=False, then=Value("returned")),
        When(case__unsettled=True, case__due_on__lt=today, then=Value("missing")),
        When(case__unsettled=True, then=Value("waiting")),
        When(first_on__gt=F("due_on"), then=Value("late")),
        When(kind="nil", then=Value("nil")),
        default=Value("on_time"),
        output_field=CharField(),
    )


def filings(by: Actor) -> QuerySet[Filing]:
    return policy.permitted(Filing.objects.all(), "filings.view", by)


def forms(by: Actor) -> QuerySet[Form]:
    return policy.permitted(Form.objects.all(), "forms.view", by)


def items(by: Actor) -> QuerySet[Item]:
    return policy.permitted(Item.objects.all(), "items.view", by)


def narrowed(rows: QuerySet[Filing], asked: Any, today: date) -> QuerySet[Filing]:
    """A list as its address asks."""
    where = Q()
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path, "case__path") if region else policy.NOTHING
    if form := uuid_of(asked["form"]):
        where &= Q(form=form)
    if code := str(asked["period"] or "").strip():
        where &= Q(code=code)
    where &= scripts.holding(asked["q"], "unit__name", "form__title")
    rows = rows.filter(where)
    state = str(asked["stands"] or "")
    if state in STANDS:
        rows = rows.annotate(how=standing(today)).filter(how=state)
    if asked["mine"]:
        rows = rows.filter(case__is_open=True)
    return rows


def uuid_of(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def counts(rows: QuerySet[Filing], today: date) -> dict[str, int]:
    """How many stand how; each is what the list behind it shows."""
    found = rows.order_by().annotate(how=standing(today)).values_list("how")
    return {**dict.fromkeys(STANDS, 0), **dict(found.annotate(n=Count("pk")))}


def counts_by(rows: QuerySet[Filing], today: date, *columns: str) -> dict[Any, dict[str, int]]:
    """The same by one or several columns."""
    found: dict[Any, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STANDS, 0))
    sums = rows.order_by().annotate(how=standing(today)).values_list(*columns, "how")
    for *key, how, n in sums.annotate(n=Count("pk")):
        found[tuple(key) if len(key) > 1 else key[0]][how] = n
    return found


def complete(counted: dict[str, int]) -> tuple[int, int]:
    """Filed, of those that owe it: who it doesn't apply to owes nothing."""
    owed = sum(counted.values()) - counted["not_applicable"]
    return sum(counted[code] for code in FILED), owed


def in_time(rows: QuerySet[Filing]) -> int:
    """Of those that owe it, how many first submitted it by the deadline."""
    return rows.filter(judging.IN_TIME).count()


def units_of(rows: QuerySet[Filing]) -> Collection[int]:
    return set(rows.order_by().values_list("unit", flat=True))


def to_urge(rows: QuerySet[Filing], by: Actor, today: date) -> list[UUID]:
    """Of these, the missing ones that the unit hasn't urged since the last working day."""
    late = Q(case__unsettled=True, case__state="assigned", case__due_on__lt=today,
             case__suspended_on=None)  # fmt: skip
    missing = rows.filter(late).exclude(unit=by.unit_id)
    pks = list(missing.order_by("pk").values_list("pk", flat=True)[:URGED_MAX])
    return loop.not_urged_lately(KIND, pks, by.unit_id, today)
