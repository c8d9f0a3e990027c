"""Entering a figure that a document states, beside ours, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.lists.commands.base import day_within, text_of
from anlan.domain.lists.models import DeclaredFigure
from anlan.domain.lists.permissions import LEADS, own_paths
from anlan.domain.lists.refusals import Incomplete
from anlan.domain.lists.stated import read
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail
from anlan.kernel.calendar.periods import SPAN_DAYS_MAX
from anlan.kernel.regions.models import Region

#: What a stated figure can be compared with.
COMPARED = {
    "hazard.found": _("hazards found"),
    "hazard.rectified": _("hazards rectified"),
    "hazard.closed": _("hazards closed"),
    "list_item.found": _("problems listed"),
    "list_item.closed": _("problems on lists closed"),
}


@dataclass(frozen=True)
class Statement:
    area: int
    kind: str
    start: date
    end: date
    text: str
    source: str


@transaction.atomic(durable=True)
def declare_figure(said: Statement, *, by: Actor, at: datetime) -> DeclaredFigure:
    policy.demand(by, "stated.enter", at)
    area = Region.objects.get(pk=said.area)
    if not by.trusted and not any(area.path.startswith(path) for path in own_paths(by, LEADS)):
        raise Incomplete(
            field="area",
            reason=_("%(area)s is outside your areas; choose one within them.")
            % {"area": area.name},
        )
    if said.kind not in COMPARED:
        raise Incomplete(field="kind", reason=_("Choose from the list what it counts."))
    for field, day in (("start", said.start), ("end", said.end)):
        day_within(day, field)
    if (said.end - said.start).days >= SPAN_DAYS_MAX:
        raise Incomplete(field="end", reason=_("Choose at most 60 years."))
    if said.start > said.end:
        raise Incomplete(field="end", reason=_("The last day is before the first; correct one."))
    found = read(said.text)
    row = DeclaredFigure.objects.create(
        area=area, path=area.path, unit=main_unit(by, LEADS), kind=said.kind, start=said.start,
        end=said.end, text=said.text.strip()[:60], value=found.value, at_least=found.at_least,
        rounding=found.rounding, made_at=at, made_by=by.name,
        source=text_of(said.source, "source", _("Say which document states it."), 300),
    )  # fmt: skip
    trail.record(
        [trail.Entry("stated.enter", "stated_figure", row.pk,
                     after={"text": row.text, "value": row.value, "kind": row.kind,
                            "area": area.code})],
        by=by, at=at,
    )  # fmt: skip
    return row


@transaction.atomic(durable=True)
def withdraw_figure(pk: int, *, by: Actor, at: datetime) -> None:
    row = policy.access(DeclaredFigure.objects.all(), "stated.withdraw", by, pk, at=at)
    DeclaredFigure.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=at)
    trail.record([trail.Entry("stated.withdraw", "stated_figure", pk)], by=by, at=at)
