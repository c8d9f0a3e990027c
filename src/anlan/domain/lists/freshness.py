"""Which units keep their two lists up to date (动态更新“两个清单”), and which let one lie.

The problem list and the measure list have a day of last update each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS, IN_LIST_MAX
from anlan.domain.lists import settings
from anlan.domain.lists.models import NoChange, UnitUpdate, UpdateMark
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.models import Event, Party, PartyRole
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare(
    "lists.stale",
    _("%(unit)s has not updated its problem list for %(days)s days: update it, or state that "
      "nothing has changed."),
    "/lists/freshness/",
)  # fmt: skip
declare(
    "lists.measures_stale",
    _("%(unit)s has not updated its measure list for %(days)s days: update it, or state that "
      "nothing has changed."),
    "/lists/freshness/",
)  # fmt: skip


@dataclass(frozen=True)
class ListOf:
    """One of the two lists: the kinds of cases on it, and its columns of ``UnitUpdate``.

    The kinds are those that the cases carry; measures stand in an app above this one.
    """

    code: str
    label: str | Promise
    kinds: tuple[str, ...]
    notice: str
    prefix: str = ""

    def column(self, name: str) -> str:
        return f"{self.prefix}{name}"

    def latest(self, row: UnitUpdate | None) -> datetime | None:
        return getattr(row, self.column("latest")) if row else None

    def put(self, row: UnitUpdate, name: str, at: datetime) -> None:
        """Take in that the unit ``acted_at`` or said ``no_change_at`` at a moment."""
        column = self.column(name)
        before = getattr(row, column)
        if before is None or before < at:
            setattr(row, column, at)
            setattr(row, self.column("told"), 0)
        latest = self.latest(row)
        setattr(row, self.column("latest"), max(latest, at) if latest else at)


PROBLEMS = ListOf(
    NoChange.Which.PROBLEMS.value, NoChange.Which.PROBLEMS.label, ("hazard", "list_item"),
    "lists.stale",
)  # fmt: skip
MEASURES = ListOf(
    NoChange.Which.MEASURES.value, NoChange.Which.MEASURES.label, ("measure",),
    "lists.measures_stale", prefix="measures_",
)  # fmt: skip
LISTS: Mapping[str, ListOf] = {each.code: each for each in (PROBLEMS, MEASURES)}
_OF_KIND = {kind: each for each in LISTS.values() for kind in each.kinds}
_COLUMNS = [each.column(name) for each in LISTS.values() for name in ("acted_at", "latest", "told")]

#: Events that one statement looks at; ids beside each other may commit in another order, so the
#: last ones are looked at again.
EVENTS_AT_ONCE, LOOKED_AGAIN = 20_000, 2_000
#: How many stale units one tick tells; the next one tells the rest.
TOLD_AT_ONCE = BATCH_ROWS
#: From this time on the unit above is told, too.
TOLD_ABOVE = 2

#: A unit, the kind of a case that it worked on, and when it last did.
Act = tuple[int, str, datetime]


def gather() -> int:
    """Bring units' last acts up to date with the events. Safe to run twice; returns acts seen."""
    seen = 0
    mark, _made = UpdateMark.objects.get_or_create(pk=1)
    newest = Event.objects.aggregate(top=Max("pk"))["top"] or 0
    at = max(0, mark.event - LOOKED_AGAIN)
    while at < newest:
        end = min(at + EVENTS_AT_ONCE, newest)
        acts = list(
            Event.objects.filter(
                pk__gt=at, pk__lte=end, unit_id__isnull=False, user_id__isnull=False,
                case__kind__in=_OF_KIND,
            )
            .order_by()
            .values_list("unit_id", "case__kind")
            .annotate(last=Max("at"))
        )  # fmt: skip
        with transaction.atomic():
            _keep(acts)
            UpdateMark.objects.filter(pk=1).update(event=end)
        seen += len(acts)
        at = end
    return seen


def _keep(acts: Iterable[Act]) -> None:
    of_unit: dict[int, list[tuple[ListOf, datetime]]] = {}
    for unit, kind, last in acts:
        of_unit.setdefault(unit, []).append((_OF_KIND[kind], last))
    wanted = sorted(of_unit)
    for start in range(0, len(wanted), IN_LIST_MAX):
        part = wanted[start : start + IN_LIST_MAX]
        there = set(Unit.objects.filter(pk__in=part).values_list("pk", flat=True))
        UnitUpdate.objects.bulk_create(
            (UnitUpdate(unit_id=pk) for pk in part if pk in there), ignore_conflicts=True
        )
        rows = list(UnitUpdate.objects.select_for_update().filter(unit__in=part).order_by("unit"))
        for row in rows:
            for which, last in of_unit[row.unit_id]:
                which.put(row, "acted_at", last)
        UnitUpdate.objects.bulk_update(rows, _COLUMNS)


def remind(now: datetime) -> int:
    """Tell units whose list is stale, and after twice the period the unit above them, too."""
    days = settings.freshness().days
    return sum(
        _remind(which, rung, now - timedelta(days=days * rung), now)
        for which in LISTS.values()
        for rung in (1, TOLD_ABOVE)
    )


def _remind(which: ListOf, rung: int, limit: datetime, now: datetime) -> int:
    latest, told = which.column("latest"), which.column("told")
    late = list(
        UnitUpdate.objects.filter(
            **{f"{latest}__lt": limit, told: rung - 1}, unit__valid_to=None
        )
        .select_related("unit")
        .order_by(latest, "unit")[:TOLD_AT_ONCE]
    )  # fmt: skip
    with transaction.atomic():
        outbox.post_many([_told(which, row, rung, now) for row in late], at=now)
        UnitUpdate.objects.filter(unit__in=[row.unit_id for row in late]).update(**{told: rung})
    return len(late)


def _told(which: ListOf, row: UnitUpdate, rung: int, now: datetime) -> outbox.Post:
    latest = which.latest(row)
    assert latest is not None
    above = row.unit.parent_id if rung == TOLD_ABOVE else None
    return outbox.Post(
        which.notice,
        str(row.unit_id),
        {"unit": row.unit.name, "days": str((now - latest).days)},
        to_units=(row.unit_id, *([above] if above else [])),
        key=f"{which.notice}:{row.unit_id}:{latest.isoformat()}:{rung}",
    )


def expected(by: Actor) -> QuerySet[Unit]:
    """Units that ``by`` may see and that keep a list: of a kind that must, or with cases."""
    rules = settings.freshness()
    parties = Party.objects.filter(
        unit=OuterRef("pk"), role=PartyRole.RECTIFIER, until=None, case__is_open=True
    )
    rows = policy.permitted(Unit.objects.all(), "freshness.view", by).filter(valid_to=None)
    return rows.filter(Q(kind__in=rules.kinds) | Q(list_update__isnull=False) | Q(Exists(parties)))


def conditions(which: ListOf, now: datetime) -> dict[str, Q]:
    """How fresh a unit's list is; each expected unit is in one of the three.

    A measure list is asked of units of the kinds that must keep one, and of those that have begun.
    """
    rules = settings.freshness()
    limit = now - timedelta(days=rules.days)
    latest = f"list_update__{which.column('latest')}"
    never = Q(list_update=None) | Q(**{latest: None})
    if which is MEASURES:
        never &= Q(kind__in=rules.kinds)
    return {
        "current": Q(**{f"{latest}__gte": limit}),
        "stale": Q(**{f"{latest}__lt": limit}),
        "never": never,
    }
