"""A compilation of measures and good practice (成果汇编) as a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists.models import Item
from anlan.domain.measures.columns import sectors_of
from anlan.domain.measures.models import Answered, Kind, Measure, Practice
from anlan.domain.measures.refusals import TooManyMeasures
from anlan.kernel.accounts import policy
from anlan.kernel.papers.official import word
from anlan.kernel.papers.official.paper import Block, Cover, Heading, Paper, lines, numeral

#: A book that somebody reads.
COMPILED_MAX = 1_000


def compile_into(
    target: Path | BinaryIO,
    measures: QuerySet[Measure],
    practices: QuerySet[Practice],
    *,
    title: str,
    unit: str,
    by: Actor,
    at: datetime,
) -> int:
    """Cover, contents, measures by kind with what they answered, good practice; how many stand in
    it. The texts of problems stand in it only as far as ``by`` sees the problems."""
    rows = list(measures.select_related("case__area", "lead").order_by("adopted_on", "pk")
                [: COMPILED_MAX + 1])  # fmt: skip
    told = list(practices.order_by("made_at", "pk")[: COMPILED_MAX + 1])
    if len(rows) > COMPILED_MAX or len(told) > COMPILED_MAX:
        raise TooManyMeasures(max=COMPILED_MAX)
    blocks: list[Block] = []
    answers = _answers(rows, by)
    groups: dict[str, list[Measure]] = defaultdict(list)
    for row in rows:
        groups[row.case.grade].append(row)
    parts: list[tuple[str, Sequence[Any]]] = [
        (str(Kind(kind).label), groups[kind]) for kind in Kind.values if groups[kind]
    ]
    for n, (label, members) in enumerate(parts, 1):
        blocks.append(Heading(f"{numeral(n)}、{label}"))
        for m, row in enumerate(members, 1):
            blocks += _measure(m, row, answers.get(row.pk, []))
    if told:
        blocks.append(Heading(f"{numeral(len(parts) + 1)}、{_('Good practice')}"))
        for m, each in enumerate(told, 1):
            blocks += _practice(m, each)
    day = date_format(timezone.localdate(at), "DATE_FORMAT")
    cover = Cover(unit, day, _("Contents"))
    paper = Paper(form="plain", title=title, blocks=blocks, cover=cover)
    made = word.write(paper, by=by.name, at=at)
    if isinstance(target, Path):
        target.write_bytes(made)
    else:
        target.write(made)
    return len(rows) + len(told)


def _measure(n: int, row: Measure, answers: Sequence[str]) -> list[Block]:
    days = [
        (label, date_format(day, "DATE_FORMAT") if day else "")
        for label, day in ((_("Adopted on"), row.adopted_on), (_("In force from"), row.in_force_on))
    ]
    told = [
        (_("Document or standard number"), row.number), (_("Level"), str(row.level_label)),
        (_("Area"), row.case.area.full_name or row.case.area.name),
        (_("Lead unit"), row.lead.name), (_("Sectors"), sectors_of(row)), *days,
        (_("Status"), str(row.state_label)),
        (_("Problem that it answers"), "\n".join(filter(None, [row.problem, *answers]))),
        (_("How it works out in the long run"), row.effect),
    ]  # fmt: skip
    return [
        Heading(f"{n}. {row.title}", 2),
        *(one for label, text in told if text for one in lines(text, f"{label}：")),
        *lines(row.text or _("(The text is not entered.)")),
    ]


def _practice(n: int, row: Practice) -> list[Block]:
    return [
        Heading(f"{n}. {row.title}", 2),
        *lines(row.unit.name, f"{_('Told by')}："),
        *(lines(sectors_of(row), f"{_('Sectors')}：") if sectors_of(row) else []),
        *lines(row.text),
    ]


def _answers(rows: Sequence[Measure], by: Actor) -> dict[UUID, list[str]]:
    """By measure, the problems that it answers, in a line each."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for chunk in bulk.slices([row.pk for row in rows]):
        links = list(
            Answered.objects.filter(measure__in=chunk)
            .select_related("hazard__case", "item__case").order_by("pk")
        )  # fmt: skip
        hazards = _seen(Hazard, "hazard.view", [row.hazard_id for row in links], by)
        items = _seen(Item, "lists.view", [row.item_id for row in links], by)
        for row in links:
            if row.hazard and row.hazard_id in hazards:
                text = f"{row.hazard.description[:120]}（{row.hazard.case.number}）"
            elif row.item and row.item_id in items:
                text = f"{row.item.title}（{row.item.case.number}）"
            else:
                continue
            found[row.measure_id].append(text)
    return found


def _seen(model: Any, permission: str, pks: Sequence[UUID | None], by: Actor) -> set[UUID]:
    wanted = sorted({pk for pk in pks if pk})
    found: set[UUID] = set()
    for chunk in bulk.slices(wanted):
        rows = policy.permitted(model.objects.filter(pk__in=chunk), permission, by)
        found.update(rows.values_list("pk", flat=True))
    return found
