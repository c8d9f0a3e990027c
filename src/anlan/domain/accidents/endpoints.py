"""Accidents for programs: the same commands, lists and rights as the pages have.

Every write is a PUT to a request id that the caller chooses: repeating it is safe. No name of
anybody concerned goes out here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from anlan.base import sealed
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.accidents import columns, commands, queries
from anlan.domain.accidents.commands import Figures, NewAccident
from anlan.domain.accidents.models import (
    LOSS_FEN_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    PEOPLE_MAX,
    PLACE_CHARS_MAX,
    TITLE_CHARS_MAX,
    Accident,
    Nature,
    Report,
)
from anlan.domain.accidents.work import ROW
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of
from anlan.kernel.loop import seals
from anlan.kernel.regions.queries import by_code

router = Router(tags=["accidents"])


class AccidentOut(Schema):
    id: UUID = Field(alias="pk")
    number: str = Field(alias="case.number")
    state: str = Field(alias="case.state")
    version: int = Field(alias="case.version")
    title: str
    grade: str = Field(alias="case.grade")
    sector: str | None = Field(alias="case.sector_id")
    scope: str
    nature: str
    type: str
    area: str = Field(alias="case.area.code")
    happened_in: str = Field(alias="place_area.code")
    happened_at: datetime
    place: str
    enterprise: str = Field(alias="enterprise_name")
    deaths: int
    deaths_late: int
    serious: int
    light: int
    missing: int
    loss_fen: int
    due_at: datetime | None = Field(alias="case.due_at")


class AccidentPage(Schema):
    """``after`` is the cursor of the next page; empty on the last one."""

    items: list[AccidentOut]
    after: str


class ReportOut(Schema):
    seq: int
    kind: str
    at: datetime
    deaths: int
    deaths_late: int
    serious: int
    light: int
    missing: int
    loss_fen: int
    died_on: date | None
    grade: str
    text: str


class ListQuery(Schema):
    """The filters of the page's address; all may be left out."""

    q: str = ""
    grade: str = ""
    scope: str = ""
    area: str = ""
    sector: str = ""
    type: str = ""
    nature: str = ""
    state: str = ""
    on_from: str = ""
    on_to: str = ""
    late: str = ""
    suspected: str = ""
    after: str = ""


class FiguresIn(Schema):
    """All that is known by now: totals, not what was added."""

    deaths: int = Field(0, ge=0, le=PEOPLE_MAX)
    serious: int = Field(0, ge=0, le=PEOPLE_MAX)
    light: int = Field(0, ge=0, le=PEOPLE_MAX)
    missing: int = Field(0, ge=0, le=PEOPLE_MAX)
    loss_fen: int = Field(0, ge=0, le=LOSS_FEN_MAX)

    @property
    def figures(self) -> Figures:
        return Figures(self.deaths, self.serious, self.light, self.missing, self.loss_fen)


class ReportIn(FiguresIn):
    title: str = Field(max_length=TITLE_CHARS_MAX)
    happened_at: datetime
    area: str = Field(max_length=20)
    place: str = Field("", max_length=PLACE_CHARS_MAX)
    enterprise: str = Field("", max_length=NAME_CHARS_MAX)
    sector: str = Field("", max_length=40)
    nature: str = Field(Nature.GENERAL.value, max_length=10)
    type: str = Field("", max_length=12)
    aware_at: datetime | None = None
    received_at: datetime | None = None
    text: str = Field("", max_length=TEXT_CHARS_MAX)


class SupplementIn(FiguresIn):
    died_on: date | None = None
    text: str = Field("", max_length=TEXT_CHARS_MAX)
    seen: int | None = None


class PassIn(Schema):
    sent_at: datetime
    to_level: int | None = Field(None, ge=0, le=3)
    how: str = Field("", max_length=NAME_CHARS_MAX)
    seen: int | None = None


class WordIn(Schema):
    """What a hospital, a fire brigade or the press tells; ``reference`` is its own number."""

    day: date
    area: str = Field(max_length=20)
    text: str = Field(max_length=TEXT_CHARS_MAX)
    reference: str = Field("", max_length=NUMBER_CHARS_MAX)
    deaths: int = Field(0, ge=0, le=PEOPLE_MAX)
    injured: int = Field(0, ge=0, le=PEOPLE_MAX)


class WordsIn(Schema):
    source: str = Field(max_length=10)
    items: list[WordIn] = Field(max_length=commands.WORDS_MAX)


class IdsOut(Schema):
    ids: list[UUID]


@router.get("/", response=AccidentPage, summary="Accidents that one may see")
def list_accidents(request: HttpRequest, asked: Query[ListQuery]) -> dict[str, Any]:
    params = QueryDict(mutable=True)
    params.update({name: value for name, value in asked.dict().items() if value})
    filters = columns.filters(params)
    order = filters.order(columns.ORDERS, "newest")
    page = queries.page(actor_of(request), filters, order, params, timezone.localdate())
    return {"items": page.rows, "after": page.after}


@router.get("/{uuid:pk}/", response=AccidentOut, summary="One accident")
def get_accident(request: HttpRequest, pk: UUID) -> Accident:
    rows = Accident.objects.select_related(*ROW)
    found = policy.access(rows, "accidents.view", actor_of(request), pk)
    seals.demand([found.case])
    return found


@router.get("/{uuid:pk}/reports/", response=list[ReportOut], summary="Its reports, oldest first")
def get_reports(request: HttpRequest, pk: UUID) -> list[Report]:
    row = policy.access(Accident.objects.all(), "accidents.view", actor_of(request), pk)
    reports = list(row.reports.order_by("seq"))
    for each in reports:
        # Programs get what an accident was; whom to call stands on its page.
        each.text = sealed.without_numbers(each.text)
    return reports


@router.put("/{uuid:pk}/report/{uuid:request_id}/", response=IdsOut, summary="Report an accident")
def put_report(request: HttpRequest, pk: UUID, request_id: UUID, body: ReportIn) -> dict[str, Any]:
    """The caller makes the accident's id, too, so that a phone can name it before it is sent."""
    by = actor_of(request)
    policy.demand(by, "accidents.report")
    new = NewAccident(
        pk=pk, title=body.title, happened_at=_aware(body.happened_at), area=by_code(body.area).pk,
        place=body.place, sector=body.sector, enterprise_name=body.enterprise, nature=body.nature,
        type=body.type, figures=body.figures, text=body.text,
        aware_at=_aware(body.aware_at) if body.aware_at else None,
        received_at=_aware(body.received_at) if body.received_at else None,
    )  # fmt: skip
    return {"ids": [commands.report(new, by=by, at=timezone.now(), request_id=request_id)]}


def _aware(moment: datetime) -> datetime:
    """A moment without a zone is one of here."""
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


@router.put("/{uuid:pk}/supplement/{uuid:request_id}/", response=IdsOut, summary="Report more")
def put_supplement(
    request: HttpRequest, pk: UUID, request_id: UUID, body: SupplementIn
) -> dict[str, Any]:
    done = commands.supplement(
        pk, figures=body.figures, died_on=body.died_on, text=body.text, seen=body.seen,
        blind=body.seen is None, by=actor_of(request), at=timezone.now(), request_id=request_id,
    )  # fmt: skip
    return {"ids": done}


@router.put("/{uuid:pk}/passing/{uuid:request_id}/", response=IdsOut,
            summary="Say that the level above was told")  # fmt: skip
def put_passing(request: HttpRequest, pk: UUID, request_id: UUID, body: PassIn) -> dict[str, Any]:
    done = commands.pass_up(
        pk, sent_at=_aware(body.sent_at), to_level=body.to_level, how=body.how, seen=body.seen,
        by=actor_of(request), at=timezone.now(), request_id=request_id,
    )  # fmt: skip
    return {"ids": done}


@router.put("/sources/{uuid:request_id}/", response=IdsOut,
            summary="Enter what another source tells, to be compared by a person")  # fmt: skip
def put_words(request: HttpRequest, request_id: UUID, body: WordsIn) -> dict[str, Any]:
    """Answers with those that are new; what was entered from a list before stays as it is."""
    by = actor_of(request)
    policy.demand(by, "words.edit")
    areas = {code: by_code(code).pk for code in {each.area for each in body.items}}
    new = [
        commands.NewWord(body.source, each.day, areas[each.area], each.text, each.reference,
                         each.deaths, each.injured)
        for each in body.items
    ]  # fmt: skip
    return {"ids": commands.enter_words(new, by=by, at=timezone.now(), request_id=request_id)}
