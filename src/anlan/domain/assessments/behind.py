"""The records behind a part of a score, as the ledger knew them at the run's mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.base.refusal import NotFound
from anlan.domain.assessments import measuring, working
from anlan.domain.assessments.compared import Compared
from anlan.domain.assessments.measuring import Asked, Spans
from anlan.domain.assessments.models import Run, Score
from anlan.domain.assessments.spec import Item
from anlan.kernel.accounts import policy
from anlan.kernel.facts.behind import facts_in
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import worklist
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Region

PAGE = 50


@dataclass(frozen=True)
class Record:
    """A case that a figure counts. Without a title where it isn't the reader's to see."""

    pk: UUID
    quantity: int
    title: str = ""
    number: str = ""
    state: str = ""
    kind: Any = ""
    url: str = ""


@dataclass(frozen=True)
class Behind:
    asked: Asked
    total: int
    #: Posted without a case: reported on a form, or counted in a batch.
    reported: int
    records: list[Record]
    hidden: int
    after: UUID | None


def asked_for(run: Run, item: Item, n: int) -> list[Asked]:
    """The counts of an item: the numerator's (0) or the denominator's (1)."""
    definition = run.frozen["definitions"].get(item.indicator)
    if definition is None or item.manual:
        raise NotFound
    counts = measuring.counts_of_item(item, definition, Spans.of(run.span, run.through))
    if n >= len(counts):
        raise NotFound
    return counts


def facts_of(run: Run, one: Compared, asked: Asked) -> QuerySet[Fact]:
    """The facts that a count sums: of its places, its days and labels, below the run's mark."""
    where = dict(asked.where)
    if one.labels:
        where["sector"] = one.labels
    places = Q(area_id__in=places_of(one))
    found = facts_in(places, asked.kind, asked.period, where, run.through, run.known_at)
    return found.order_by()


def places_of(one: Compared) -> QuerySet[Region, Any]:
    """The regions whose facts count: below those that count, without those that are taken off."""
    paths = dict(
        Region.objects.filter(pk__in=[pk for pk, _factor in one.factors]).values_list("pk", "path")
    )
    counted = Q(pk__in=[])
    # From the outermost in: what lies within what is taken off may be put back.
    for pk, factor in sorted(one.factors, key=lambda pair: len(paths[pair[0]])):
        inside = below(paths[pk])
        counted = counted | inside if factor > 0 else counted & ~inside
    return Region.objects.filter(counted).values("pk")


def behind(score: Score, item: Item, n: int, by: Actor, after: UUID | None) -> Behind:
    """A page of what a count is made of; in a constant number of statements."""
    run = score.run
    asked = asked_for(run, item, n)[n]
    one = next(each for each in working.basis_again(run).compared if each.key == score.subject)
    facts = facts_of(run, one, asked)
    sums = facts.aggregate(
        total=Coalesce(Sum("quantity"), 0),
        reported=Coalesce(Sum("quantity", filter=Q(case_id=None)), 0),
    )
    rows = facts.filter(case_id__isnull=False)
    if after is not None:
        rows = rows.filter(case_id__gt=after)
    found = list(
        rows.values("case_id").annotate(sum=Sum("quantity")).exclude(sum=0).order_by("case_id")
        [: PAGE + 1]
    )  # fmt: skip
    page = {row["case_id"]: row["sum"] for row in found[:PAGE] if row["case_id"]}
    records = _records(page, by)
    return Behind(
        asked, sums["total"], sums["reported"], [each for each in records if each.number],
        sum(not each.number for each in records),
        found[PAGE - 1]["case_id"] if len(found) > PAGE else None,
    )  # fmt: skip


def _records(quantities: dict[UUID, int], by: Actor) -> list[Record]:
    """Each case with its words where ``by`` may see it: a statement for each capability."""
    works = worklist.by_kind()
    kinds = dict(Case.objects.filter(pk__in=list(quantities)).values_list("pk", "kind"))
    seen: dict[UUID, Record] = {}
    heaps: dict[str, tuple[worklist.Work, list[UUID]]] = {}
    for pk, kind in kinds.items():
        if (work := works.get(kind)) and policy.may(by, work.view):
            heaps.setdefault(work.name, (work, []))[1].append(pk)
    for work, pks in heaps.values():
        rows = policy.permitted(work.rows.filter(pk__in=pks), work.view, by)
        for row in rows.select_related(*work.related):
            kind = row.case.kind
            page = machines()[kind].page
            seen[row.pk] = Record(
                row.pk, quantities[row.pk], work.title(row), row.case.number, work.state(row),
                work.kinds[kind], reverse(page, args=[row.pk]) if page else "",
            )  # fmt: skip
    return [seen.get(pk, Record(pk, n)) for pk, n in quantities.items()]
