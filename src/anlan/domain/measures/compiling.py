"""A compilation of measures and good practice (成果汇编) as a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
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
from anlan.kernel.papers.documents.writing import OutDocument

#: A book that somebody reads.
COMPILED_MAX = 1_000
_NUMERALS = "一二三四五六七八九十"


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
    paper = OutDocument(title)
    _cover(paper, title, unit, timezone.localdate(at))
    answers = _answers(rows, by)
    groups: dict[str, list[Measure]] = defaultdict(list)
    for row in rows:
        groups[row.case.grade].append(row)
    parts: list[tuple[str, Sequence[Any]]] = [
        (str(Kind(kind).label), groups[kind]) for kind in Kind.values if groups[kind]
    ]
    for n, (label, members) in enumerate(parts):
        paper.heading(f"{_numeral(n)}、{label}")
        for m, row in enumerate(members, 1):
            _measure(paper, m, row, answers.get(row.pk, []))
    if told:
        paper.heading(f"{_numeral(len(parts))}、{_('Good practice')}")
        for m, each in enumerate(told, 1):
            _practice(paper, m, each)
    paper.save(target, by=by.name, at=at)
    return len(rows) + len(told)


def _numeral(n: int) -> str:
    return _NUMERALS[n] if n < len(_NUMERALS) else str(n + 1)


def _cover(paper: OutDocument, title: str, unit: str, day: date) -> None:
    for _line in range(5):
        paper.paragraph("", "Under")
    paper.paragraph(title, "Cover")
    for _line in range(9):
        paper.paragraph("", "Under")
    paper.paragraph(unit, "Under")
    paper.paragraph(date_format(day, "DATE_FORMAT"), "Under")
    paper.page_break()
    paper.paragraph(_("Contents"), "Under")
    paper.contents()
    paper.page_break()


def _measure(paper: OutDocument, n: int, row: Measure, answers: Sequence[str]) -> None:
    paper.heading(f"{n}. {row.title}", 2)
    paper.labelled(f"{_('Document or standard number')}：", row.number)
    paper.labelled(f"{_('Level')}：", row.level_label)
    paper.labelled(f"{_('Area')}：", row.case.area.full_name or row.case.area.name)
    paper.labelled(f"{_('Lead unit')}：", row.lead.name)
    paper.labelled(f"{_('Sectors')}：", sectors_of(row))
    for label, day in ((_("Adopted on"), row.adopted_on), (_("In force from"), row.in_force_on)):
        paper.labelled(f"{label}：", date_format(day, "DATE_FORMAT") if day else "")
    paper.labelled(f"{_('Status')}：", row.state_label)
    problems = "\n".join(filter(None, [row.problem, *answers]))
    paper.labelled(f"{_('Problem that it answers')}：", problems)
    paper.labelled(f"{_('How it works out in the long run')}：", row.effect)
    paper.paragraph(row.text or _("(The text is not entered.)"))


def _practice(paper: OutDocument, n: int, row: Practice) -> None:
    paper.heading(f"{n}. {row.title}", 2)
    paper.labelled(f"{_('Told by')}：", row.unit.name)
    paper.labelled(f"{_('Sectors')}：", sectors_of(row))
    paper.paragraph(row.text)


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
