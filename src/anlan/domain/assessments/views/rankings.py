"""Rankings: the list, one with its table, chart and map, publishing, the screen, a workbook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.assessments import (
    columns,
    commands,
    drawing,
    explaining,
    forms,
    queries,
    tabs,
    working,
)
from anlan.domain.assessments.models import Audience, Run
from anlan.domain.assessments.queries import Ranking, Row
from anlan.domain.assessments.sheets import tables_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit.trail import Entry
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Boundary, Region
from anlan.ui.charts import AreaMap, Place
from anlan.ui.pages import go_on, render_page

SHAPES_SECONDS = 86_400
#: Lines of the screen's table: it doesn't scroll.
SCREEN_ROWS = 16
#: Lines of a chart on a page.
CHART_ROWS = 20


@require_GET
@requires("rankings.view")
def ranking_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = columns.filters(request.GET)
    rows = columns.narrowed(queries.runs(by), asked)
    context = {
        "filters": asked, "page": columns.ORDER.page(rows, request.GET),
        "columns": columns.columns(), "tabs": tabs.of(by, "rankings"),
        "may_make": policy.may(by, "schemes.make"),
    }  # fmt: skip
    return render_page(request, "assessments/list.html", "assessments/_list.html", context)


def _run(by: Actor, pk: UUID) -> Run:
    run: Run = policy.access(
        Run.objects.select_related(*queries.RUN, "corrects"), "rankings.view", by, pk
    )
    return run


@require_GET
@requires("rankings.view")
def ranking(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(request: HttpRequest, pk: UUID, bad: Any = None, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    run = _run(by, pk)
    run.demand_intact()
    found = queries.ranking_of(run, by)
    may_work = policy.permitted(Run.objects.filter(pk=pk), "rankings.work", by).exists()
    last = found.before[-2] if len(found.before) > 1 else None
    context = {
        "run": run, "ranking": found, "spec": found.spec, "last": last,
        "versions": queries.versions_of(run, by), "audience": Audience(run.audience).label
        if run.audience else "", "bump": _bump(found), "map": _map(found),
        "may_work": may_work, "request_id": uuid7(),
        "publish": bad or forms.Publish(initial={"request_id": uuid7(),
                                                 "audience": Audience.RANKING}),
        "bad": bad is not None, "tabs": tabs.of(by, "rankings"),
        "trends": len(found.before) > 1, "moves": _moves(found),
    }  # fmt: skip
    return render_page(
        request, "assessments/ranking.html", "assessments/ranking.html", context, status
    )


def _moves(found: Ranking) -> list[tuple[Row, list[str]]]:
    """Whose figures reforms changed, in the ranking's order."""
    told = working.told_moves(found.run)
    return [(row, explaining.moves_said(told[row.score.subject]))
            for row in found.rows if row.score.subject in told]  # fmt: skip


def _bump(found: Ranking) -> Any:
    """Few are drawn whole; of many those who stand on a list."""
    rows = found.ranked
    if len(rows) > CHART_ROWS:
        listed = {row.score.pk for row in (*found.red, *found.black)}
        rows = [row for row in rows if row.score.pk in listed][:CHART_ROWS]
    return drawing.bump(
        [run.span.code for run in found.before],
        [drawing.Line(row.name, row.ranks, _link(row)) for row in rows],
    )


def _link(row: Row) -> str:
    return reverse("assessments:score", args=[row.score.pk]) if row.opens else ""


def _map(found: Ranking) -> AreaMap | None:
    """The totals on a map, where there are shapes; sectors and sides of letters have none."""
    if found.spec.group in ("sectors", "letters"):
        return None
    areas = [row.score.area_id for row in found.rows]
    shapes = dict(
        Boundary.objects.filter(region__in=areas).values_list("region", "is_sketch")
        if len(areas) <= columns.MAP_MAX else ()
    )  # fmt: skip
    if not shapes:
        return None
    codes = dict(Region.objects.filter(pk__in=shapes).values_list("pk", "code"))
    words = [_("Sketch, no basis for boundaries")] if any(shapes.values()) else []
    if missing := len(areas) - len(shapes):
        words.append(_("%(n)d without a shape: see the table") % {"n": missing})
    return AreaMap(
        _("Totals by area"), reverse("assessments:shapes", args=[found.run.pk]),
        [
            Place(codes[row.score.area_id], row.name, row.printed,
                  _("%(total)s points, rank %(rank)s")
                  % {"total": row.printed, "rank": row.score.rank}, _link(row))
            for row in found.rows
            if row.score.area_id in codes and row.printed is not None
        ],
        note=" · ".join(words),
    )  # fmt: skip


@require_GET
@requires("rankings.view")
def shapes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Shapes of those compared: public geography, without figures."""
    run = _run(actor_of(request), pk)
    areas = Region.objects.filter(pk__in=run.scores.values("area"))[: columns.MAP_MAX]
    response = JsonResponse(regions.shapes(run.area, of=list(areas)))
    response["Cache-Control"] = f"private, max-age={SHAPES_SECONDS}"
    return response


@require_POST
@requires("rankings.work")
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    _run(by, pk)
    form = forms.Publish(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    commands.publish(
        pk, audience=form.cleaned_data["audience"], by=by, at=at,
        request_id=form.cleaned_data["request_id"],
    )  # fmt: skip
    messages.success(request, _("Published. From now on this ranking is frozen."))
    return go_on(request, reverse("assessments:ranking", args=[pk]))


@require_POST
@requires("rankings.work")
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    commands.drop_run(pk, by=actor_of(request), at=timezone.now(), request_id=uuid7())
    messages.success(request, _("The draft was thrown away."))
    return go_on(request, reverse("assessments:list"))


@require_POST
@requires("rankings.view")
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Work a ranking out again from its mark: it must come out the same."""
    run = _run(actor_of(request), pk)
    wrong = working.differences(run, at=timezone.now())
    if wrong:
        text = _("Worked out again from its mark, %(n)d scores came out otherwise: %(names)s.")
        shown = "、".join(wrong[:5])
        messages.error(request, text % {"n": len(wrong), "names": shown})
    else:
        messages.success(
            request, _("Worked out again from its mark: every score came out the same.")
        )
    return go_on(request, reverse("assessments:ranking", args=[pk]))


@require_GET
@requires("rankings.view")
def screen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """1920 × 1080, dark, for a wall: the numbers are the page's. Asks anew by itself.

    With ``?latest=1`` it goes on to the newest ranking of its scheme as that is published.
    """
    by = actor_of(request)
    run = _run(by, pk)
    if request.GET.get("latest"):
        newest = queries.runs(by).filter(scheme=run.scheme_id, stands=True)
        run = newest.order_by("-starts").first() or run
    run.demand_intact()
    found = queries.ranking_of(run, by)
    shown = found.ranked[:SCREEN_ROWS]
    context = {
        "run": run, "ranking": found, "spec": found.spec, "bump": _bump(found),
        "rows": shown, "more": len(found.rows) - len(shown), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "assessments/screen.html", context)


@require_GET
@requires("rankings.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ranking as a workbook, with the parts of the scores that the reader may open."""
    by, at = actor_of(request), timezone.now()
    run = _run(by, pk)
    run.demand_intact()
    found = queries.ranking_of(run, by)
    entry = Entry("rankings.export", "ranking", str(pk), after={"period": run.period})
    name = f"{run.scheme.name} {run.period}.xlsx"
    return handed_out(name, tables_of(found, by, at), entry, by=by, at=at)
