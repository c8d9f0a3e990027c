"""Which units keep their lists up to date (动态更新“两个清单”), and which have let them lie."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS, IN_LIST_MAX
from anlan.domain.lists import settings
from anlan.domain.lists.models import UnitUpdate, UpdateMark
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

#: Events that one statement looks at; ids beside each other may commit in another order, so the
#: last ones are looked at again.
EVENTS_AT_ONCE, LOOKED_AGAIN = 20_000, 2_000
#: How many stale units one tick tells; the next one tells the rest.
TOLD_AT_ONCE = BATCH_ROWS
#: From this time on the unit above is told, too.
TOLD_ABOVE = 2


def gather() -> int:
    """Bring units' last acts up to date with the events. Safe to run twice; returns units seen."""
    seen = 0
    mark, _made = UpdateMark.objects.get_or_create(pk=1)
    newest = Event.objects.aggregate(top=Max("pk"))["top"] or 0
    at = max(0, mark.event - LOOKED_AGAIN)
    while at < newest:
        end = min(at + EVENTS_AT_ONCE, newest)
        acts = (
            Event.objects.filter(
                pk__gt=at, pk__lte=end, unit_id__isnull=False, user_id__isnull=False
            )
            .order_by()
            .values_list("unit_id")
            .annotate(last=Max("at"))
        )
        with transaction.atomic():
            seen += _keep(dict(acts))
            UpdateMark.objects.filter(pk=1).update(event=end)
        at = end
    return seen


def _keep(acts: dict[int, datetime]) -> int:
    wanted = sorted(acts)
    for start in range(0, len(wanted), IN_LIST_MAX):
        part = wanted[start : start + IN_LIST_MAX]
        there = set(Unit.objects.filter(pk__in=part).values_list("pk", flat=True))
        UnitUpdate.objects.bulk_create(
            (UnitUpdate(unit_id=pk) for pk in part if pk in there), ignore_conflicts=True
        )
        rows = list(UnitUpdate.objects.select_for_update().filter(unit__in=part).order_by("unit"))
        for row in rows:
            if row.acted_at is None or row.acted_at < acts[row.unit_id]:
                row.acted_at = acts[row.unit_id]
                row.told = 0
            known = [one for one in (row.acted_at, row.no_change_at) if one]
            row.latest = max(known)
        UnitUpdate.objects.bulk_update(rows, ["acted_at", "latest", "told"])
    return len(wanted)


def remind(now: datetime) -> int:
    """Tell units whose list is stale, and after twice the period the unit above them, too."""
    rules = settings.freshness()
    told = 0
    for rung in (1, TOLD_ABOVE):
        limit = now - timedelta(days=rules.days * rung)
        late = (
            UnitUpdate.objects.filter(latest__lt=limit, told=rung - 1, unit__valid_to=None)
            .select_related("unit")
            .order_by("latest", "unit")[:TOLD_AT_ONCE]
        )
        with transaction.atomic():
            posts = [_told(row, rung, now) for row in late]
            outbox.post_many(posts, at=now)
            UnitUpdate.objects.filter(unit__in=[row.unit_id for row in late]).update(told=rung)
            told += len(posts)
    return told


def _told(row: UnitUpdate, rung: int, now: datetime) -> outbox.Post:
    assert row.latest is not None
    above = row.unit.parent_id if rung == TOLD_ABOVE else None
    return outbox.Post(
        "lists.stale",
        str(row.unit_id),
        {"unit": row.unit.name, "days": str((now - row.latest).days)},
        to_units=(row.unit_id, *([above] if above else [])),
        key=f"lists.stale:{row.unit_id}:{row.latest.isoformat()}:{rung}",
    )


def expected(by: Actor) -> QuerySet[Unit]:
    """Units that ``by`` may see and that keep a list: of a kind that must, or with cases."""
    rules = settings.freshness()
    parties = Party.objects.filter(
        unit=OuterRef("pk"), role=PartyRole.RECTIFIER, until=None, case__is_open=True
    )
    rows = policy.permitted(Unit.objects.all(), "freshness.view", by).filter(valid_to=None)
    return rows.filter(Q(kind__in=rules.kinds) | Q(list_update__isnull=False) | Q(Exists(parties)))


def conditions(now: datetime) -> dict[str, Q]:
    """How fresh a unit's list is; each unit is in one of the three."""
    limit = now - timedelta(days=settings.freshness().days)
    return {
        "current": Q(list_update__latest__gte=limit),
        "stale": Q(list_update__latest__lt=limit),
        "never": Q(list_update=None) | Q(list_update__latest=None),
    }
