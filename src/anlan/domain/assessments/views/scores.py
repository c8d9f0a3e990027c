"""A score's own page, the records behind its parts, and the list of own scores."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.assessments import columns, explaining, queries, tabs, working
from anlan.domain.assessments.behind import behind
from anlan.domain.assessments.models import Appeal, Run, Score
from anlan.domain.assessments.spec_text import text_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.indicators.arithmetic import rounded
from anlan.kernel.indicators.declare import declared
from anlan.ui.lists import Filters, Search
from anlan.ui.pages import render_page

_RUN = ("run__version", "run__scheme", "run__area", "run__unit", "area", "sector")


def read(by: Actor, pk: UUID, permission: str = "scores.view") -> Score:
    row: Score = policy.access(Score.objects.select_related(*_RUN), permission, by, pk)
    row.demand_intact()
    row.run.demand_intact()
    return row


@require_GET
@requires("scores.view")
def own_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = Filters((Search("q", _("Words in the name")),), request.GET)
    rows = queries.own_scores(by)
    if asked["q"]:
        rows = rows.filter(name__contains=asked["q"])
    context = {
        "filters": asked, "page": columns.SCORES_ORDER.page(rows, request.GET),
        "columns": columns.score_columns(), "tabs": tabs.of(by, "scores"),
    }  # fmt: skip
    return render_page(request, "assessments/scores.html", "assessments/_scores.html", context)


@require_GET
@requires("scores.view")
def score(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = read(by, pk)
    run, spec = row.run, row.run.spec
    history = queries.of_subject(row, by)
    appeals = policy.permitted(
        Appeal.objects.filter(score__subject=row.subject, score__run__scheme=run.scheme_id,
                              score__run__period=run.period), "appeals.view", by,
    )  # fmt: skip
    # Of its own period this version, and no other: what took its place stands among ``others``.
    elsewhere = [one for one in history if one.run.stands and one.run.period != run.period]
    standing = [*elsewhere, *(one for one in history if one.pk == row.pk)]
    standing.sort(key=lambda one: (one.run.starts, one.run.number))
    others = [one for one in history if one.run.period == run.period and one.pk != row.pk]
    context: dict[str, Any] = {
        "row": row, "run": run, "spec": spec, "total": row.printed(spec.digits),
        "groups": explaining.groups_of(row, spec),
        "grade": queries.grade_name(spec, row.grade),
        "plain_grade": queries.grade_name(spec, row.data["plain_grade"]),
        "vetoes": [
            (veto, row.data["vetoes"].get(veto.code), veto.code in row.data["hit"])
            for veto in spec.vetoes if veto.level in ("", row.data["level"])
        ],
        "unknown": queries.veto_names(spec, row.data["unknown"]),
        "trend": [one.printed(spec.digits) for one in standing],
        "standing": [(one, one.printed(spec.digits)) for one in standing],
        "others": [(one, one.printed(spec.digits)) for one in others],
        "moves": explaining.moves_said(working.told_moves(run).get(row.subject, [])),
        "next": _next(row), "won": _won(standing, row),
        "count": run.scores.exclude(rank=None).count(),
        "appeals": list(appeals.select_related("case").order_by("-pk")[:20]),
        "may_appeal": policy.permitted(Score.objects.filter(pk=pk), "scores.appeal", by).exists(),
        "may_see_ranking": policy.permitted(Run.objects.filter(pk=run.pk), "rankings.view",
                                            by).exists(),
        "text_of": text_of, "tabs": tabs.of(by, "scores"),
    }  # fmt: skip
    return render_page(request, "assessments/score.html", "assessments/score.html", context)


def _won(standing: list[Score], row: Score) -> int | None:
    """Places won since the period before; less than none are lost."""
    at = standing.index(row)
    before = standing[at - 1] if at else None
    if before is None or before.rank is None or row.rank is None:
        return None
    return before.rank - row.rank


def _next(row: Score) -> Any:
    """Points lacking to the next better total, and its rank; not whose that is."""
    if row.shown is None or row.exact is None:
        return None
    better = row.run.scores.filter(shown__gt=row.shown, rank__isnull=False).order_by("shown")
    found = better.first()
    if found is None or found.exact is None:
        return None
    return rounded(found.exact - row.exact, row.run.spec.digits), found.rank


@require_GET
@requires("scores.view")
def records(request: HttpRequest, pk: UUID, code: str, n: int) -> HttpResponse:
    """What is behind a part: as known at the mark; what the reader may not see is counted only."""
    by = actor_of(request)
    row = read(by, pk)
    item = row.run.spec.item(code)
    if item is None or n > 1:
        raise NotFound
    try:
        after = UUID(request.GET["after"]) if "after" in request.GET else None
    except ValueError:
        raise NotFound from None
    found = behind(row, item, n, by, after)
    indicator = declared().get(item.indicator)
    context = {
        "row": row, "run": row.run, "item": item, "n": n, "found": found,
        "indicator": indicator, "first": after is None,
    }  # fmt: skip
    return render_page(request, "assessments/records.html", "assessments/records.html", context)
