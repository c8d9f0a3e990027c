"""Assessments for programs: schemes, rankings with their parts, a unit's score.

Reading only, within the rights that the pages keep: a ranking shows the parts of those scores
that the token's owner may open, and the totals of the others.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from anlan.domain.assessments import columns, queries, working
from anlan.domain.assessments.behind import asked_for
from anlan.domain.assessments.models import Run, Scheme, Score, Version
from anlan.domain.assessments.scoring import Part
from anlan.domain.assessments.spec import Item, Spec
from anlan.domain.assessments.spec_text import text_of
from anlan.domain.assessments.views import scores as pages
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of
from anlan.ui.keyset import Keyset

router = Router(tags=["assessments"])
SCHEMES_ORDER = Keyset.by("-pk")


class SchemeOut(Schema):
    id: UUID = Field(alias="pk")
    name: str
    area: str = Field(alias="area.code")
    unit: str = Field(alias="unit.code")
    withdrawn_at: datetime | None


class SchemePage(Schema):
    """``after`` is the cursor of the next page; empty on the last one."""

    items: list[SchemeOut]
    after: str


class SchemeWholeOut(Schema):
    """``spec`` as it is kept and as a file has it; null where none is in force."""

    scheme: SchemeOut
    version: int | None
    in_force_at: datetime | None
    spec: dict[str, Any] | None


class RankingOut(Schema):
    id: UUID = Field(alias="pk")
    scheme: UUID = Field(alias="scheme_id")
    name: str = Field(alias="scheme.name")
    version: int = Field(alias="version.number")
    area: str = Field(alias="area.code")
    unit: str = Field(alias="unit.code")
    period: str
    #: The last day that counts.
    through: date
    #: What the ledger knew at this moment is what counts.
    known_at: datetime
    #: published, draft, or corrected: another one of its period stands.
    state: str
    published_at: datetime | None

    @staticmethod
    def resolve_state(row: Any) -> str:
        return columns.state_of(row)


class RankingPage(Schema):
    """``after`` is the cursor of the next page; empty on the last one."""

    items: list[RankingOut]
    after: str


class PartOut(Schema):
    """One item of a score. Numbers are exact texts: a decimal, or a fraction like 1/3."""

    item: str
    name: str
    dimension: str
    indicator: str
    weight: str
    numerator: str
    denominator: str
    value: str
    points: str
    #: What was done where there was no figure: zero, full, share, unranked.
    absent: str
    #: Whether an appeal set the points.
    adjusted: bool
    #: The days that were counted.
    period: str


class ScoreOut(Schema):
    id: UUID
    #: The area's code, or a sector's.
    subject: str
    name: str
    #: As printed; null without a total.
    total: Decimal | None
    rank: int | None
    grade: str
    #: Names of the vetoes that hit.
    vetoes: list[str]
    #: Places won since the period before.
    won: int | None
    #: Points to the next better total.
    gap: Decimal | None
    #: Null where the reader may see the total and not what it is made of.
    parts: list[PartOut] | None


class RankingWholeOut(Schema):
    ranking: RankingOut
    scores: list[ScoreOut]
    #: Scores on the red list (红榜) and on the black one (黑榜).
    red: list[UUID]
    black: list[UUID]


class ScoreWholeOut(Schema):
    ranking: UUID
    scheme: str
    period: str
    known_at: datetime
    stands: bool
    score: ScoreOut


class SchemeQuery(Schema):
    after: str = ""


class ListQuery(Schema):
    """The filters of the page's address; all may be left out."""

    q: str = ""
    state: str = ""
    after: str = ""


def _params(asked: Schema) -> QueryDict:
    params = QueryDict(mutable=True)
    params.update({name: value for name, value in asked.dict().items() if value})
    return params


@router.get("/schemes", response=SchemePage, summary="Schemes that one may see")
def list_schemes(request: HttpRequest, asked: Query[SchemeQuery]) -> dict[str, Any]:
    by = actor_of(request)
    policy.demand(by, "schemes.view", timezone.now())
    page: Any = SCHEMES_ORDER.page(queries.schemes(by), _params(asked))
    return {"items": page.rows, "after": page.after or ""}


@router.get("/schemes/{uuid:pk}", response=SchemeWholeOut, summary="One scheme as it is in force")
def get_scheme(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    rows = Scheme.objects.select_related("area", "unit")
    row = policy.access(rows, "schemes.view", actor_of(request), pk)
    found = Version.objects.filter(scheme=row, in_force_at__isnull=False).order_by("-number")
    version = found.first()
    if version is None:
        return {"scheme": row, "version": None, "in_force_at": None, "spec": None}
    version.demand_intact()
    return {
        "scheme": row, "version": version.number, "in_force_at": version.in_force_at,
        "spec": version.spec,
    }  # fmt: skip


@router.get("/rankings", response=RankingPage, summary="Rankings that one may see")
def list_rankings(request: HttpRequest, asked: Query[ListQuery]) -> dict[str, Any]:
    by = actor_of(request)
    policy.demand(by, "rankings.view", timezone.now())
    params = _params(asked)
    rows = columns.narrowed(queries.runs(by), columns.filters(params))
    page: Any = columns.ORDER.page(rows, params)
    return {"items": page.rows, "after": page.after or ""}


@router.get("/rankings/{uuid:pk}", response=RankingWholeOut, summary="One ranking with its parts")
def get_ranking(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Best first, those without a rank last; parts where the reader may open them."""
    by = actor_of(request)
    run = policy.access(Run.objects.select_related(*queries.RUN), "rankings.view", by, pk)
    run.demand_intact()
    found = queries.ranking_of(run, by)
    codes = _codes(run)
    return {
        "ranking": run,
        "scores": [
            {
                **_plain(row.score, found.spec, codes, opens=row.opens),
                "won": row.won, "gap": row.gap,
            }
            for row in found.rows
        ],
        "red": [row.score.pk for row in found.red],
        "black": [row.score.pk for row in found.black],
    }  # fmt: skip


@router.get("/scores/{uuid:pk}", response=ScoreWholeOut, summary="One unit's score with its parts")
def get_score(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    row = pages.read(actor_of(request), pk)
    run = row.run
    return {
        "ranking": run.pk, "scheme": run.scheme.name, "period": run.period,
        "known_at": run.known_at, "stands": run.stands,
        "score": {
            **_plain(row, run.spec, {row.area_id: row.area.code}, opens=True),
            "won": None, "gap": None,
        },
    }  # fmt: skip


def _codes(run: Run) -> dict[int, str]:
    rows = run.scores.values_list("area_id", "area__code")
    return dict(rows)


def _plain(score: Score, spec: Spec, codes: dict[int, str], *, opens: bool) -> dict[str, Any]:
    items = {item.code: item for item in spec.items}
    parts = [working.part_read(data) for data in score.data["parts"]] if opens else []
    return {
        "id": score.pk, "subject": score.sector_id or codes[score.area_id], "name": score.name,
        "total": score.printed(spec.digits), "rank": score.rank,
        "grade": queries.grade_name(spec, score.grade),
        "vetoes": queries.veto_names(spec, score.data["hit"]),
        "parts": [_part(score.run, items[part.item], part) for part in parts] if opens else None,
    }  # fmt: skip


def _part(run: Run, item: Item, part: Part) -> dict[str, Any]:
    figure = part.figure
    counted = "" if item.manual or item.indicator not in run.frozen["definitions"] else (
        asked_for(run, item, 0)[0].period.code
    )  # fmt: skip
    return {
        "item": item.code, "name": item.name, "dimension": item.dimension,
        "indicator": item.indicator, "weight": text_of(item.weight),
        "numerator": text_of(figure.numerator), "denominator": text_of(figure.denominator),
        "value": text_of(figure.value), "points": text_of(part.points), "absent": part.absent,
        "adjusted": part.adjusted, "period": counted or run.period,
    }  # fmt: skip
