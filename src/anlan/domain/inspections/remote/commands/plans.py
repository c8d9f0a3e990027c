"""Making a sampling plan, and drawing by it: who is drawn follows from seed and frame alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk, lots
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.base.refusal import MovedOn
from anlan.domain.enterprises.models import Enterprise, ObjectKind, Status
from anlan.domain.inspections.models import Every
from anlan.domain.inspections.remote import facts
from anlan.domain.inspections.remote.models import (
    NAME_CHARS_MAX,
    Pick,
    RemoteDraw,
    RemotePlan,
    Way,
)
from anlan.domain.inspections.remote.permissions import PLANS, may_plan_in
from anlan.domain.inspections.remote.refusals import RemoteRefused, stated
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Sector
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar import periods
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

#: Enterprises that one draw takes and draws from; draws that keep whom they drew out of the next.
WANTED_MAX, FRAME_MAX, REST_MAX = 500, 50_000, 24
SEED_CHARS_MAX = 60


@dataclass(frozen=True)
class NewPlan:
    """``pk`` is made by the client."""

    pk: UUID
    name: str
    way: str
    area: int
    every: str
    wanted: int
    kinds: tuple[str, ...] = (ObjectKind.ENTERPRISE.value,)
    sector: str | None = None
    rest: int = 0


@transaction.atomic(durable=True)
def make(new: NewPlan, **call: Unpack[Call]) -> UUID:
    """Make a sampling plan. Raises RemoteRefused, RequestReused."""
    policy.demand(call["by"], "remoteplans.make", call["at"])
    claim = plain.claim("remoteplans.make", asdict(new), **call)
    if claim.repeated:
        return claim.answer[0]
    area = Region.objects.filter(pk=new.area, valid_to=None).first()
    if area is None or not may_plan_in(claim.by, area.path, new.sector):
        raise RemoteRefused(
            field="area", reason=_("Choose an area, and a sector, that you answer for.")
        )
    name = stated(new.name, "name", _("Give the plan a name."), NAME_CHARS_MAX)
    _check(new)
    RemotePlan.objects.create(
        pk=new.pk, name=name, way=new.way, area=area, path=area.path, sector_id=new.sector,
        kinds=list(new.kinds), unit=main_unit(claim.by, PLANS), every=new.every,
        wanted=new.wanted, rest=new.rest, made_at=claim.at, made_by=claim.by.name,
    )  # fmt: skip
    claim.record("remoteplans.make", "remote_plan", new.pk, after=asdict(new))
    return claim.done(new.pk)


def _check(new: NewPlan) -> None:
    if new.way not in Way.values:
        raise RemoteRefused(field="way", reason=_("Choose from the list."))
    if new.every not in Every.values:
        raise RemoteRefused(field="every", reason=_("Choose from the list."))
    if not new.kinds or not set(new.kinds) <= set(ObjectKind.values):
        raise RemoteRefused(field="kinds", reason=_("Choose at least one kind of subject."))
    if new.sector and not Sector.objects.filter(pk=new.sector).exists():
        raise RemoteRefused(field="sector", reason=_("Choose the sector from the list."))
    if not 1 <= new.wanted <= WANTED_MAX:
        between = _("Draw between 1 and %(n)d enterprises.") % {"n": WANTED_MAX}
        raise RemoteRefused(field="wanted", reason=between)
    if not 0 <= new.rest <= REST_MAX:
        between = _("Between 0 and %(n)d draws.") % {"n": REST_MAX}
        raise RemoteRefused(field="rest", reason=between)


@transaction.atomic(durable=True)
def end(pk: UUID, **call: Unpack[Call]) -> UUID:
    """Draw no more by a plan; what was drawn stays."""
    plan, claim = plain.begin(RemotePlan.objects.all(), "remoteplans.make", pk, {"end": 1}, **call)
    if claim.repeated:
        return pk
    if plan.ended_at is None:
        RemotePlan.objects.filter(pk=pk).update(ended_at=claim.at)
        claim.record("remoteplans.end", "remote_plan", pk)
    return claim.done(pk)


def frame_of(plan: RemotePlan) -> list[tuple[int, int, str, str | None]]:
    """Id, area, path and sector of all whom the plan can draw now, by id."""
    rows = Enterprise.objects.listed().filter(
        below(plan.path), kind__in=plan.kinds, status=Status.ACTIVE
    )
    if plan.sector_id:
        rows = rows.filter(sector=plan.sector_id)
    if plan.rest:
        last = plan.draws.order_by("-start").values_list("pk", flat=True)[: plan.rest]
        rows = rows.exclude(pk__in=Pick.objects.filter(draw__in=list(last)).values("enterprise"))
    found = rows.order_by("pk").values_list("pk", "area_id", "path", "sector_id")
    return list(found[: FRAME_MAX + 1])


@transaction.atomic(durable=True)
def draw(pk: UUID, plan_id: UUID, *, day: date, seed: str, **call: Unpack[Call]) -> UUID:
    """Draw once for the period of the plan that holds ``day``. Nobody draws twice until it suits.

    Raises RemoteRefused where the period was drawn for, lies ahead, or nobody is there to draw.
    """
    given = {"draw": pk, "day": day.isoformat(), "seed": seed}
    rows = RemotePlan.objects.all()
    plan, claim = plain.begin(rows, "remoteplans.make", plan_id, given, **call)
    if claim.repeated:
        return claim.answer[0]
    # One at a time: who rests depends on the draw before.
    plan = rows.select_for_update(of=("self",)).get(pk=plan_id)
    today = timezone.localdate(claim.at)
    if plan.ended_at:
        raise RemoteRefused(field="day", reason=_("The plan was ended: nothing is drawn by it."))
    period = periods.of(periods.Kind(plan.every), day)
    if period.start > today or period.end < timezone.localdate(plan.made_at):
        raise RemoteRefused(
            field="day", reason=_("Choose a day since the plan was made, today at the latest.")
        )
    if plan.draws.filter(start=period.start).exists():
        raise RemoteRefused(
            field="day", reason=_("%(period)s was drawn for already.") % {"period": period.label}
        )
    words = stated(seed, "seed", _("Write a seed: any word or number."), SEED_CHARS_MAX)
    found = {row[0]: row for row in frame_of(plan)}
    if not found:
        raise RemoteRefused(
            field="day", reason=_("No enterprise of these kinds is left to draw there.")
        )
    if len(found) > FRAME_MAX:
        raise RemoteRefused(
            field="day",
            reason=_("More than %(n)d enterprises: make a plan of a smaller area or one sector.")
            % {"n": FRAME_MAX},
        )
    keys = list(found)
    row = RemoteDraw(
        pk=pk, plan=plan, period=period.code, start=period.start, seed=words, wanted=plan.wanted,
        frame=keys, size=len(keys), digest=lots.digest_of(keys), made_at=claim.at,
        made_by=claim.by.name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise MovedOn from None
    picks = []
    for place, key in enumerate(lots.chosen(keys, words, plan.wanted), 1):
        _pk, area, path, sector = found[key]
        picks.append(
            Pick(id=uuid7(), draw=row, place=place, enterprise_id=key, area_id=area, path=path,
                 sector_id=sector, way=plan.way, drawn_on=today)
        )  # fmt: skip
    bulk.insert(picks)
    facts.post(facts.DRAWN, picks, 1, claim.at)
    after = {**given, "frame": len(keys), "digest": row.digest}
    claim.record("remoteplans.draw", "remote_plan", plan.pk, after=after)
    return claim.done(pk)
