"""A drawn sample of closed hazards goes to a look-back; what came of it is a figure.

Who is drawn follows from the seed, the period and the closed cases alone: anybody can draw it
again. The look-back is the hazards' own step; here its outcome is only collected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk, lots
from anlan.base.paths import below
from anlan.domain.hazards.commands.finding import check_own_area
from anlan.domain.statistics.models import Draw, Drawn
from anlan.domain.statistics.refusals import ViewIncomplete
from anlan.domain.statistics.truth.kinds import BROKEN, DRAWN, LOOKED
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import plain
from anlan.kernel.loop.models import Case, Event
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

#: Cases that one draw takes, and closed cases that it draws from.
WANTED_MAX, FRAME_MAX, SEED_CHARS_MAX = 500, 200_000, 60
#: Steps by which a look-back ends: it holds, or it broke out again.
HOLDS, BROKE_OUT = "look_back", "reopen"


def frame(area: Region, period: Period) -> list[UUID]:
    """Closed hazards to draw from, by key; none that was drawn before."""
    rows = Case.objects.filter(
        below(area.path), kind="hazard", state="closed", closed_on__gte=period.start,
        closed_on__lte=period.end,
    ).exclude(pk__in=Drawn.objects.values("hazard"))  # fmt: skip
    return list(rows.order_by("pk").values_list("pk", flat=True)[: FRAME_MAX + 1])


@transaction.atomic(durable=True)
def draw(
    pk: UUID, *, area: int, period: Period, wanted: int, seed: str, **call: Unpack[Call]
) -> UUID:
    """Draw closed hazards for a look-back. Raises ViewIncomplete where there is nothing to draw."""
    by, at = call["by"], call["at"]
    policy.demand(by, "truth.draw", at)
    given = {"pk": pk, "area": area, "period": period.code, "wanted": wanted, "seed": seed}
    claim = plain.claim("truth.draw", given, **call)
    if claim.repeated:
        return claim.answer[0]
    words = seed.strip()
    if not words or len(words) > SEED_CHARS_MAX:
        raise ViewIncomplete(field="seed", reason=_("Write a seed: any word or number."))
    if not 1 <= wanted <= WANTED_MAX:
        between = _("Draw between 1 and %(n)d hazards.") % {"n": WANTED_MAX}
        raise ViewIncomplete(field="wanted", reason=between)
    place = Region.objects.filter(pk=area).first()
    if place is None:
        raise ViewIncomplete(field="area", reason=_("Choose the area from the list."))
    check_own_area(place, by, JUDGES)
    keys = frame(place, period)
    if not keys:
        reason = _("No hazard was closed there in this period that wasn't drawn before.")
        raise ViewIncomplete(field="period", reason=reason)
    if len(keys) > FRAME_MAX:
        too_many = _("More than %(n)d hazards were closed there: choose a smaller area or a "
                     "shorter period.") % {"n": FRAME_MAX}  # fmt: skip
        raise ViewIncomplete(field="period", reason=too_many)
    row = Draw.objects.create(
        pk=pk, area=place, path=place.path, unit=main_unit(by, JUDGES), start=period.start,
        end=period.end, seed=words, wanted=wanted, frame=len(keys), digest=lots.digest_of(keys),
        made_at=at, made_by=by.name,
    )  # fmt: skip
    taken = lots.chosen(keys, words, wanted)
    bulk.insert([bulk.make(Drawn, draw_id=pk, place=n, hazard_id=key)
                 for n, key in enumerate(taken, 1)])  # fmt: skip
    _post_drawn(taken, at)
    claim.record("truth.draw", "statistics.draw", row.pk,
                 after={**given, "frame": len(keys), "digest": row.digest})  # fmt: skip
    return claim.done(row.pk)


def _post_drawn(keys: Sequence[UUID], at: datetime) -> None:
    today = timezone.localdate(at)
    facts = [
        NewFact(DRAWN.code, _labels(case), case.area_id, today, 1, case.pk)
        for case in Case.objects.filter(pk__in=keys)
    ]
    ledger.post(facts, at=at)


def _labels(case: Case) -> dict[str, str]:
    found = {"grade": case.grade, "sector": case.sector_id or "", "source": case.source}
    return {name: value for name, value in found.items() if value}


def collect(now: datetime) -> int:
    """Write down what look-backs said of drawn hazards since; returns how many.

    Each outcome is posted with the row that records it, so a second clock posts nothing.
    """
    waiting = Drawn.objects.filter(looked_at=None).select_related("draw")
    found = 0
    for part in bulk.slices(list(waiting.order_by("pk"))):
        events: dict[UUID, list[Event]] = defaultdict(list)
        rows = Event.objects.filter(
            case__in=[row.hazard_id for row in part], step__in=(HOLDS, BROKE_OUT)
        )
        for event in rows.order_by("at", "pk"):
            events[event.case_id].append(event)
        for row in part:
            # The first look after the draw is the one that was asked for.
            after = [one for one in events[row.hazard_id] if one.at >= row.draw.made_at]
            found += _record(row, after[0], now) if after else 0
    return found


def _record(row: Drawn, event: Event, now: datetime) -> int:
    holds = event.step == HOLDS
    with transaction.atomic():
        mine = Drawn.objects.filter(pk=row.pk, looked_at=None)
        if not mine.update(looked_at=event.at, holds=holds, by=event.actor):
            return 0
        facts = ledger.cohort(DRAWN.code, LOOKED.code, [row.hazard_id])
        if not holds:
            facts += ledger.cohort(LOOKED.code, BROKEN.code, [row.hazard_id])
        ledger.post(facts, at=now)
    return 1
