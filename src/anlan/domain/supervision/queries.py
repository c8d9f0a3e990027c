"""Reading supervision's papers: lists, and one paper with all that stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Hazard, Source
from anlan.domain.supervision.commands.papers import ANSWER_FILES
from anlan.domain.supervision.loop import TRANSFER
from anlan.domain.supervision.models import Answer, Item, Paper
from anlan.domain.supervision.permissions import ANSWERS
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Event, Party, PartyRole, Proposal
from anlan.kernel.papers.models import Attachment
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset, Page

#: Who signs for a paper.
RECEIVING = (PartyRole.RECTIFIER, PartyRole.SUPERVISOR)
BY_DAY = Keyset.by("-issued_at", "-pk")
BY_DUE = Keyset.by("case__due_on?", "pk")
CANDIDATES = Keyset.by("-case__opened_on", "-pk")


def visible(by: Actor) -> QuerySet[Paper]:
    return policy.permitted(Paper.objects.all(), "paper.view", by)


def page(by: Actor, kind: str, asked: Any, order: Keyset, params: Any, today: date) -> Page[Paper]:
    rows = visible(by).filter(_conditions(kind, asked, by, today))
    signed = Party.objects.filter(
        case=OuterRef("pk"), role=PartyRole.RECTIFIER, until=None, received_at__isnull=False
    )
    replied = Q(outcome__gt="")
    return order.page(
        rows.select_related("case", "office", "receiver").annotate(
            signed=Exists(signed), items_all=_count(Q()), items_replied=_count(replied)
        ),
        params,
    )


def _count(where: Q) -> Any:
    rows = Item.objects.filter(where, paper=OuterRef("pk")).order_by().values("paper")
    counted = rows.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _conditions(kind: str, asked: Any, by: Actor, today: date) -> Q:
    where = Q(kind=kind)
    if text := asked["q"]:
        where &= Q(number__contains=text) | Q(subject__contains=text)
    if state := asked["state"]:
        where &= Q(case__state=state)
    if asked["late"]:
        where &= Q(case__unsettled=True, case__due_on__lt=today)
    if asked["ours"]:
        units = policy.units_of(by, ANSWERS)
        waits = Party.objects.filter(unit__in=units, role__in=RECEIVING, until=None)
        where &= Q(case__is_open=True) & (
            Q(case__in=waits.filter(received_at=None).values("case"))
            | Q(receiver__in=units, case__state="assigned")
            | Q(office__in=units, case__state="rectified")
        )
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path, "case__path") if region else policy.NOTHING
    return where


def candidates(by: Actor, kind: str, asked: Any, params: Any, today: date) -> Page[Hazard]:
    """What a new paper may be about: for a transfer, findings that wait for one."""
    where = ~Q(case__state="void")
    if kind == TRANSFER.kind:
        taken = Item.objects.filter(hazard=OuterRef("pk"), exclusive=True)
        where &= Q(case__source=Source.COVERT) & Q(~Exists(taken))
    else:
        where &= Q(case__is_open=True)
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path, "case__path") if region else policy.NOTHING
    if asked["late"]:
        where &= Q(case__unsettled=True, case__due_on__lt=today, case__suspended_on=None)
    if asked["listed"]:
        where &= Q(case__listed=True, case__is_open=True)
    return hazards.page_where(by, where, CANDIDATES, params)


def named(by: Actor, pks: Sequence[UUID]) -> list[Hazard]:
    """Hazards that somebody chose before, of those they may see."""
    rows = hazards.visible(by).filter(pk__in=pks).select_related(*hazards.ROW)
    return list(rows.order_by("pk"))


@dataclass
class Around:
    """What stands around one paper."""

    items: list[Item]
    parties: list[Party]
    answers: list[Answer]
    files: dict[str, list[Attachment]]
    events: list[Event]
    proposals: list[Proposal]
    #: Hazards among its items that the reader may open.
    seen: set[UUID]


def around(paper: Paper, by: Actor) -> Around:
    """The number of statements is constant."""
    items = list(
        Item.objects.filter(paper=paper)
        .select_related("hazard__case__area", "hazard__enterprise")
        .order_by("order")
    )
    answers = list(Answer.objects.filter(paper=paper).select_related("unit").order_by("-at"))
    files: dict[str, list[Attachment]] = {}
    for file in Attachment.objects.filter(
        object_type=ANSWER_FILES, object_id__in=[str(row.pk) for row in answers],
        withdrawn_at=None,
    ).order_by("id"):  # fmt: skip
        files.setdefault(file.object_id, []).append(file)
    parties = Party.objects.filter(case=paper.pk, role__in=RECEIVING, until=None)
    return Around(
        items=items,
        parties=sorted(parties.select_related("unit"), key=lambda party: party.role),
        answers=answers,
        files=files,
        events=list(Event.objects.filter(case=paper.pk).order_by("-seq")),
        proposals=list(Proposal.objects.filter(case=paper.pk).order_by("rung")),
        seen=set(
            hazards.visible(by)
            .filter(pk__in=[item.hazard_id for item in items])
            .values_list("pk", flat=True)
        ),
    )


def of_hazard(pk: UUID, by: Actor) -> list[Paper]:
    """Papers about a hazard that the reader may see, the newest first."""
    rows = visible(by).filter(pk__in=Item.objects.filter(hazard=pk).values("paper"))
    return list(rows.select_related("case", "office", "receiver").order_by("-issued_at"))
