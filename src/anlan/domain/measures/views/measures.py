"""The measure list, its table by area and kind, a measure's page and its steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists import sums
from anlan.domain.lists.models import Item
from anlan.domain.measures import columns, commands, forms, queries, steps, tabs
from anlan.domain.measures.history import timeline_of
from anlan.domain.measures.loop import LOOKS
from anlan.domain.measures.models import Kind, MakingPlan, Measure
from anlan.domain.measures.work import ROW
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name, crumbs_of
from anlan.kernel.loop import offering
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.forms import put_refusal
from anlan.ui.lists import Filters
from anlan.ui.pages import go_on, render_page

kept_lists.register("measures:list", "measures:export", page="measures:list")


@require_GET
@requires("measures.view")
def measure_list(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = columns.filters(request.GET)
    rows = queries.narrowed(queries.visible(by), asked, today).select_related(*ROW)
    kept = kept_lists.Kept(request, columns.columns(today))
    context = {
        "filters": asked, "page": asked.order(columns.ORDERS, "newest").page(rows, request.GET),
        "sort": asked.sort(columns.ORDERS, "newest"), "kept": kept, "columns": kept.columns,
        "tabs": tabs.of(by, "list"), "may_make": policy.may(by, "measures.make"),
    }  # fmt: skip
    return render_page(request, "measures/list.html", "measures/_list.html", context)


@require_GET
@requires("measures.view")
def table(request: HttpRequest) -> HttpResponse:
    """How many of each kind, by the areas below the widest that one answers for; each opens."""
    by, today = actor_of(request), timezone.localdate()
    asked = columns.filters(request.GET)
    rows = queries.narrowed(queries.visible(by), asked, today)
    root = sums.widest(by)
    figures = queries.counts()
    total = rows.aggregate(**figures)
    found = rows.order_by().values_list("case__path").annotate(**figures)
    parts = [(path, values) for path, *values in found if path.startswith(root.path)]
    lines = [
        (line, _cells(asked, line.counts, here=line.region.code if line.own else "",
                      area="" if line.own else line.region.code))
        for line in sums.by_area(parts, root, len(queries.FIGURES)) if any(line.counts)
    ]  # fmt: skip
    context = {
        "filters": asked, "root": root, "lines": lines, "tabs": tabs.of(by, "table"),
        "heads": [*Kind.labels, _("Total")],
        "above": total["total"] - sum(values[-1] for _path, values in parts),
        "total": _cells(asked, [total[name] for name in queries.FIGURES]),
        "may_make": policy.may(by, "measures.make"),
    }  # fmt: skip
    return render_page(request, "measures/table.html", "measures/_table.html", context)


def _cells(asked: Filters, counts: list[int], **narrowed: str) -> list[tuple[int, str]]:
    """Each count with the address of its rows."""
    base = reverse("measures:list")
    more = {name: value for name, value in narrowed.items() if value}
    if "here" in more:
        more["area"] = ""
    return [
        (n, base + asked.query(**more, **({} if kind == "total" else {"kind": kind})))
        for n, kind in zip(counts, queries.FIGURES, strict=True)
    ]


@require_GET
@requires("measures.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = policy.access(Measure.objects.select_related(*ROW), "measures.view", by, pk)
    around = queries.around(row, by)
    allowed = policy.allowed(Measure, pk, {one.permission for one in steps.PAGES}, by)
    dialogs = offering.dialogs(
        steps.offered(row, around, allowed, by), bad, lambda each: _form(each, row, by)
    )
    case, days = row.case, columns.days_left(row, today)
    drawn = steps.way(case.state, {event.step for event in around.events})
    context = {
        "row": row, "case": case, "around": around, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "crumbs": crumbs_of(case.area), "look": LOOKS[case.state],
        "days": days, "sectors": columns.sectors_of(row),
        "rung": RUNGS[case.rung - 1] if case.rung and case.unsettled else "",
        "drawn": [steps.state_name(state) for state in drawn],
        "now": drawn.index(case.state) if case.state in drawn else None,
        "plan": policy.permitted(
            MakingPlan.objects.filter(pk=row.plan_id), "makingplans.view", by
        ).first() if row.plan_id else None,
        "timeline": timeline_of(around.events), "may_edit": "measures.edit" in allowed,
        "request_id": uuid7(),
        "hidden_note": _("%(n)d more lie outside your areas.") % {"n": around.hidden},
    }  # fmt: skip
    return render_page(request, "measures/page.html", "measures/page.html", context, status)


def _form(page: offering.StepPage, row: Measure, by: Actor, data: Any = None) -> Any:
    today = timezone.localdate()
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.case.version}
    if page.form is forms.Adopt:
        initial |= {"number": row.number, "adopted_on": today, "text": row.text}
    if page.form is forms.Correct:
        names = ("title", "problem", "text", "person", "effect")
        initial |= {name: getattr(row, name) for name in names}
        initial["sectors"] = [code for code in row.sectors.split(",") if code]
    if page.form in (forms.TakeUp, forms.Repeal):
        initial |= {"day": today, "on": today}
    return page.form(data, initial=initial, auto_id=f"{page.code}_%s")


@require_POST
@requires("measures.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a measure's page. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(Measure.objects.select_related(*ROW), "measures.view", by, pk, at=at)
    found = offering.page_of(steps.BY_CODE, code)
    form = _form(found, row, by, request.POST)
    return offering.answer(
        request, pk, found, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, status=422),
        done=lambda: reverse("measures:page", args=[pk]),
    )  # fmt: skip


@require_POST
@requires("measures.edit")
def unlink(request: HttpRequest, pk: UUID, link: int) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    commands.unanswer(pk, link=link, by=by, at=at, request_id=uuid7())
    messages.success(request, _("The link was taken back."))
    return go_on(request, reverse("measures:page", args=[pk]))


@require_http_methods(["GET", "POST"])
@requires("measures.make")
def new(request: HttpRequest) -> HttpResponse:
    """Put a measure on the list; from a problem's page it is linked to that problem at once."""
    by, at = actor_of(request), timezone.now()
    unit = main_unit(by, JUDGES)
    data = request.POST if request.method == "POST" else None
    initial = {"pk": uuid7(), "request_id": uuid7(), **_from_problem(request, by)}
    form = chosen_by(forms.Enter(data, initial=initial), by)
    if data is not None and form.is_valid():
        try:
            pk = _enter(form, by, at)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Put on the measure list."))
            return go_on(request, reverse("measures:page", args=[pk]))
    area, lead = form["area"].value() or unit.area.code, form["lead"].value() or ""
    context = {
        "form": form, "area_code": area, "area_text": area_name(area), "lead_code": lead,
        "unit": unit, "linked": bool(form["item"].value() or form["hazard"].value()),
    }  # fmt: skip
    return render_page(
        request, "measures/new.html", "measures/new.html", context, 422 if form.errors else 200
    )


def _from_problem(request: HttpRequest, by: Actor) -> dict[str, Any]:
    """What a form begins with that was opened from a listed problem or a hazard."""
    try:
        item = UUID(request.GET.get("item", "")) if "item" in request.GET else None
        hazard = UUID(request.GET.get("hazard", "")) if "hazard" in request.GET else None
    except ValueError:
        raise NotFound from None
    if item:
        row = policy.access(Item.objects.select_related("case"), "lists.view", by, item)
        return {
            "item": item, "kind": Kind.MECHANISM, "title": (row.mechanism or row.title)[:200],
            "problem": row.title, "number": row.mechanism_ref[:80],
            "sector": row.case.sector_id or "",
        }  # fmt: skip
    if hazard:
        found = policy.access(Hazard.objects.select_related("case"), "hazard.view", by, hazard)
        return {
            "hazard": hazard, "kind": Kind.MECHANISM, "problem": found.description[:200],
            "sector": found.case.sector_id or "",
        }  # fmt: skip
    return {}


def _enter(form: Any, by: Actor, at: datetime) -> UUID:
    data = form.cleaned_data
    measure = commands.NewMeasure(
        pk=data["pk"], kind=data["kind"], title=data["title"], area=data["area"].pk,
        state=data["state"], number=data["number"], text=data["text"], problem=data["problem"],
        lead=data["lead"].pk if data["lead"] else 0, person=data["person"],
        sectors=form.sectors_given, due_on=data["due_on"], adopted_on=data["adopted_on"],
        in_force_on=data["in_force_on"], ended_on=data["ended_on"],
        enterprise=data["enterprise"],
    )  # fmt: skip
    return commands.enter(
        measure, item=data["item"], hazard=data["hazard"], by=by, at=at,
        request_id=data["request_id"],
    )  # fmt: skip


# --- beside problems -----------------------------------------------------------------------


@require_GET
@requires("lists.view")
def of_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the page of a listed problem shows of the measures that came out of it."""
    by = actor_of(request)
    item = policy.access(Item.objects.select_related("case"), "lists.view", by, pk)
    return _beside(request, f"item={pk}", queries.of_problem(by, item=pk), item.case.state)


@require_GET
@requires("hazard.view")
def of_hazard(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    hazard = policy.access(Hazard.objects.select_related("case"), "hazard.view", by, pk)
    return _beside(request, f"hazard={pk}", queries.of_problem(by, hazard=pk), hazard.case.state)


def _beside(request: HttpRequest, query: str, rows: list[Measure], state: str) -> HttpResponse:
    may = policy.may(actor_of(request), "measures.make") and state != "void"
    context = {"rows": rows, "looks": LOOKS, "query": query, "may_make": may}
    return render_page(request, "measures/_beside.html", "measures/_beside.html", context)
