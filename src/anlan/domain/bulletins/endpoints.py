"""Papers for programs: what is written, each figure with what it rests on, and the files.

Reading only: a paper is written, signed and given out by people. Each answer holds what the
token's owner may see, and a figure's records open within his rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from anlan.base.actor import Actor
from anlan.domain.bulletins import columns, figures, files, queries, rendering
from anlan.domain.bulletins.body import Block
from anlan.domain.bulletins.commands.base import scope_of
from anlan.domain.bulletins.figures import Figure
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.scope import Scope
from anlan.domain.bulletins.views.situation import handed_out
from anlan.domain.statistics import bindings
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of
from anlan.kernel.regions.models import Region

router = Router(tags=["papers"])


class PaperOut(Schema):
    id: UUID = Field(alias="pk")
    #: Of the case; the number under which it was issued is ``issued_as``.
    number: str = Field(alias="case.number")
    kind: str = Field(alias="case.grade")
    state: str = Field(alias="case.state")
    version: int = Field(alias="case.version")
    title: str
    unit: str = Field(alias="case.unit.code")
    area: str = Field(alias="case.area.code")
    period: str
    issued_as: str
    dated: date | None
    given_out_on: date | None
    known_at: datetime

    @staticmethod
    def resolve_issued_as(row: Any) -> str:
        return columns.number_of(row)


class PaperPage(Schema):
    """``after`` is the cursor of the next page; empty on the last one."""

    items: list[PaperOut]
    after: str


class RecordsOut(Schema):
    """A page of the records that a figure counts, for whoever may see them."""

    label: str
    href: str


class FigureOut(Schema):
    """One figure: how it reads, and what was asked of the ledger to have it."""

    text: str
    #: The exact number; null where there is none, and ``missing`` may say why. With "small_base"
    #: a change in percent is told by both its numbers, for it stands on next to nothing.
    value: str | None
    missing: str
    label: str
    indicator: str
    basis: str
    source: str
    area: str
    period: str
    #: value, or of a comparison: before, change, points, percent_by, points_by.
    part: str
    compare: str
    sector: str
    #: Counted at the area itself and at nothing below it.
    own: bool
    records: list[RecordsOut]


class SentenceOut(Schema):
    """``text`` as it reads; empty ``rule``: a person wrote it; ``was``: what the rule had said."""

    text: str
    rule: str
    was: str
    figures: list[FigureOut]


class BlockOut(Schema):
    """A heading has a title; a text sentences; of a table and a chart each cell is words or a
    figure."""

    id: str
    kind: Literal["heading", "text", "points", "table", "chart"]
    title: str
    sentences: list[SentenceOut]
    heads: list[str]
    rows: list[list[str | FigureOut]]
    note: str


class WholeOut(Schema):
    paper: PaperOut
    #: The ledger as it was known at this moment gives each figure again.
    known_at: datetime
    organ: str
    recipients: str
    copies: str
    signer: str
    annexes: list[str]
    blocks: list[BlockOut]
    #: Endings under which its files are had.
    files: list[str]


class ListQuery(Schema):
    """The filters of the page's address; all may be left out."""

    q: str = ""
    kind: str = ""
    state: str = ""
    area: str = ""
    dated_from: str = ""
    dated_to: str = ""
    after: str = ""


@router.get("/", response=PaperPage, summary="Papers that one may see")
def list_papers(request: HttpRequest, asked: Query[ListQuery]) -> dict[str, Any]:
    by = actor_of(request)
    policy.demand(by, "bulletins.view", timezone.now())
    params = QueryDict(mutable=True)
    params.update({name: value for name, value in asked.dict().items() if value})
    rows = queries.narrowed(queries.visible(by), columns.filters(params))
    page: Any = columns.ORDERS["newest"].page(rows.select_related(*queries.ROW), params)
    return {"items": page.rows, "after": page.after or ""}


def _row(request: HttpRequest, pk: UUID) -> Paper:
    rows = Paper.objects.select_related(*queries.ROW)
    row: Paper = policy.access(rows, "bulletins.view", actor_of(request), pk, at=timezone.now())
    return row


@router.get("/{uuid:pk}", response=WholeOut, summary="One paper with what its figures rest on")
def get_paper(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Of a numbered paper as it was frozen. Each figure says what to ask to have it again."""
    row, by = _row(request, pk), actor_of(request)
    whole, about = queries.whole(row), scope_of(row, timezone.now())
    ids = {figure.area for block in whole.blocks for figure in block.figures}
    areas = Region.objects.in_bulk(list(ids))
    told = _Told(areas, about, by)
    head = whole.head
    return {
        "paper": row, "known_at": row.known_at, "organ": head.organ,
        "recipients": head.recipients, "copies": head.copies, "signer": head.signer,
        "annexes": list(head.annexes), "files": list(rendering.FORMATS),
        "blocks": [_block(block, told) for block in whole.blocks],
    }  # fmt: skip


@dataclass(frozen=True)
class _Told:
    """Figures as they are told to one reader: records are named where they open for him."""

    areas: Mapping[int, Region]
    about: Scope
    by: Actor

    def __call__(self, figure: Figure) -> dict[str, Any]:
        known = None if figure.source else bindings.known(figure.indicator)
        return {
            "text": figure.text, "value": figure.value,
            "missing": "small_base" if figure.is_small else figure.missing,
            "label": figure.label, "indicator": figure.indicator,
            "basis": str(known.full_basis) if known else "",
            "source": str(known.source) if known else "",
            "area": self.areas[figure.area].code, "period": figure.period, "part": figure.part,
            "compare": figure.compare, "sector": figure.sector, "own": figure.own,
            "records": self._records(figure),
        }  # fmt: skip

    def _records(self, figure: Figure) -> list[dict[str, str]]:
        reach = figures.reach(self.by, figure, self.areas.get(figure.area), self.about)
        if not reach.opens:
            return []
        found = figures.records(figure, self.areas, self.about)
        return [{"label": one.label, "href": one.href} for one in found]


def _block(block: Block, told: _Told) -> dict[str, Any]:
    sentences = [
        {"text": one.words, "rule": one.rule, "was": one.was,
         "figures": list(map(told, one.figures))}
        for one in block.sentences
    ]  # fmt: skip
    rows = [
        [told(cell.figure) if cell.figure else cell.words for cell in row] for row in block.rows
    ]
    return {
        "id": block.id, "kind": block.kind, "title": block.title, "sentences": sentences,
        "heads": list(block.heads), "rows": rows, "note": block.note,
    }  # fmt: skip


_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/{uuid:pk}/files/{form}",
    summary="One paper as a file",
    openapi_extra={
        "responses": {
            200: {"description": "The file.",
                  "content": dict.fromkeys(rendering.FORMATS.values(), _BINARY)},
        }
    },
)  # fmt: skip
def get_file(
    request: HttpRequest, pk: UUID, form: Literal["docx", "pdf", "pptx"], plain: bool = False
) -> HttpResponse:
    """On record before it goes out. ``plain``: without the unit's own template."""
    by, at = actor_of(request), timezone.now()
    found = files.made(_row(request, pk), form, by=by, at=at, plain=plain)
    return handed_out(found.name, form, found.content, found.entry, by)
