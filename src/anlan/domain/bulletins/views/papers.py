"""The list of papers, a paper's page with its steps, its figures, its files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.bulletins import (
    body,
    columns,
    commands,
    corrections,
    figures,
    files,
    forms,
    language,
    queries,
    rendering,
    showing,
    steps,
    tabs,
)
from anlan.domain.bulletins.commands.base import scope_of
from anlan.domain.bulletins.figures import Figure
from anlan.domain.bulletins.history import timeline_of
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.loop import LOOKS
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.moved import MOVED_MAX, moved
from anlan.domain.bulletins.scope import Scope
from anlan.domain.bulletins.views.situation import handed_out
from anlan.domain.campaigns.loop import STATES as TASK_STATES
from anlan.domain.campaigns.models import Task
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists import sums
from anlan.domain.statistics import bindings
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name, crumbs_of
from anlan.kernel.calendar import periods
from anlan.kernel.loop import offering
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

kept_lists.register("bulletins:list", page="bulletins:list")
#: Which step a paper stands at, of those that its page draws.
DRAWN = ("drafting", "reviewing", "countersigning", "signing", "signed", "numbered", "sealed",
         "given_out")  # fmt: skip


@require_GET
@requires("bulletins.view")
def paper_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = columns.filters(request.GET)
    rows = queries.narrowed(queries.visible(by), asked).select_related(*queries.ROW)
    kept = kept_lists.Kept(request, columns.columns())
    context = {
        "filters": asked, "page": asked.order(columns.ORDERS, "newest").page(rows, request.GET),
        "sort": asked.sort(columns.ORDERS, "newest"), "kept": kept, "columns": kept.columns,
        "tabs": tabs.of(by, "list"), "may_make": policy.may(by, "bulletins.make"),
    }  # fmt: skip
    return render_page(request, "bulletins/list.html", "bulletins/_list.html", context)


@require_GET
@requires("paper_numbers.view")
def numbers(request: HttpRequest) -> HttpResponse:
    """Every number that was taken, the voided ones among them."""
    by = actor_of(request)
    asked = columns.number_filters(request.GET)
    rows = queries.numbers(by, asked)
    context = {
        "filters": asked, "columns": columns.number_columns(), "tabs": tabs.of(by, "numbers"),
        "page": asked.order(columns.NUMBER_ORDERS, "newest").page(rows, request.GET),
    }  # fmt: skip
    return render_page(request, "bulletins/numbers.html", "bulletins/_numbers.html", context)


@require_GET
@requires("bulletins.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(Paper.objects.select_related(*queries.ROW), "bulletins.view", by, pk)
    around = queries.around(row)
    allowed = policy.allowed(Paper, pk, {one.permission for one in steps.PAGES}, by)
    dialogs = offering.dialogs(
        steps.offered(row, around, allowed, by), bad, lambda each: form_of(each, row, by)
    )
    case, whole = row.case, queries.whole(row)
    drawn = [state for state in DRAWN if whole.kind.sealed or state != "sealed"]
    context = {
        "row": row, "case": case, "around": around, "dialogs": dialogs, "whole": whole,
        "bad": bad[0] if bad else "", "crumbs": crumbs_of(case.area), "look": LOOKS[case.state],
        "drawn": [steps.state_name(state) for state in drawn],
        "now": drawn.index(case.state) if case.state in drawn else None,
        "blocks": showing.as_written(whole.blocks, _address(pk)),
        "other_language": not language.is_readers(),
        "timeline": timeline_of(around.events), "period": periods.parse(row.period),
        "may_edit": "bulletins.edit" in allowed and case.state == "drafting",
        "formats": list(rendering.FORMATS), "layout": queries.layout_of(row),
        "task_states": TASK_STATES, **_correction(around.correction, by),
        "basis": rendering.basis(whole.blocks, scope_of(row, timezone.now())),
        "unit_url": reverse("pickers:units"), "about": queries.about(row, by),
    }  # fmt: skip
    return render_page(request, "bulletins/page.html", "bulletins/page.html", context, status)


def _correction(found: Paper | None, by: Actor) -> dict[str, Any]:
    """Beside a paper, the one that corrects it: a draft of it for those alone who write it."""
    if found is None:
        return {}
    seen = queries.visible(by).filter(pk=found.pk).exists()
    if not seen and found.case.state != "given_out":
        return {}
    return {"correction": found, "sees_correction": seen,
            "correction_number": queries.number_of(found)}  # fmt: skip


def _address(pk: UUID) -> Any:
    def address(_figure: Figure, block: body.Block, n: int) -> str:
        return reverse("bulletins:figure", args=[pk, block.id, n])

    return address


def form_of(page: offering.StepPage, row: Paper, by: Actor, data: Any = None) -> Any:
    today = timezone.localdate()
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.case.version}
    if page.form is forms.Instruct:
        initial["said_on"] = today
    if page.form is forms.Correct:
        initial["pk"] = uuid7()
    if page.form is forms.GiveOut and row.corrects_id:
        initial |= queries.recipients_of(row.corrects_id)
    form = chosen_by(page.form(data, initial=initial, auto_id=f"{page.code}_%s"), by)
    if isinstance(form, forms.Numbered):
        form.of(row.case.unit_id)
    return form


@require_POST
@requires("bulletins.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a paper's page. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(Paper.objects.select_related(*queries.ROW), "bulletins.view", by, pk, at=at)
    found = offering.page_of(steps.BY_CODE, code)
    form = form_of(found, row, by, request.POST)
    return offering.answer(
        request, pk, found, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, status=422),
        # Whoever begins a correction goes on there.
        done=lambda: reverse("bulletins:page", args=[form.cleaned_data.get("pk", pk)]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("bulletins.make")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a paper: its rules write the draft."""
    by, at = actor_of(request), timezone.now()
    unit = main_unit(by, JUDGES)
    data = request.POST if request.method == "POST" else None
    get = request.GET.get
    kind = KINDS.get(get("kind", ""), KINDS["situation"])
    usual = periods.of(kind.span or periods.Kind.MONTH, timezone.localdate(at))
    initial: dict[str, Any] = {
        "pk": uuid7(), "request_id": uuid7(), "kind": kind.code,
        "period": get("period", "")[:40] or usual.code,
        "area": get("area", "")[:40] or sums.widest(by).code, "about": get("about", "")[:40],
    }  # fmt: skip
    subject = _subject(initial["about"], by)
    if subject is not None:
        initial["area"] = subject.case.area.code
    form = forms.New(data, initial=initial)
    if data is not None and form.is_valid():
        try:
            pk = _make(form, by, at)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The draft was written from the figures of this moment."))
            return go_on(request, reverse("bulletins:page", args=[pk]))
    area = form["area"].value() or unit.area.code
    context = {
        "form": form, "unit": unit, "area_code": area, "area_text": area_name(area),
        "subject": subject, "other_language": not language.is_readers(),
    }  # fmt: skip
    return render_page(
        request, "bulletins/new.html", "bulletins/new.html", context, 422 if form.errors else 200
    )


def _subject(asked: str, by: Actor) -> Hazard | None:
    """The hazard from whose page somebody comes; NotFound where it isn't theirs to see."""
    if not asked:
        return None
    try:
        pk = UUID(asked)
    except ValueError:
        raise NotFound from None
    rows = Hazard.objects.select_related("case__area", "enterprise")
    found: Hazard = policy.access(rows, "hazard.view", by, pk)
    return found


@require_GET
@requires("hazard.view")
def of_hazard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Beside a hazard: the letters and notices about it, and what can be written of it."""
    by = actor_of(request)
    hazard: Hazard = policy.access(Hazard.objects.select_related("case"), "hazard.view", by, pk)
    case = hazard.case
    kinds = [
        kind for kind in KINDS.values() if kind.about and (kind.code != "listed" or case.listed)
    ]
    may = case.is_open and policy.may(by, "bulletins.make")
    context = {
        "rows": [(row, columns.number_of(row)) for row in queries.of_hazard(by, pk)],
        "looks": LOOKS, "pk": pk,
        "kinds": kinds if may else [],
    }  # fmt: skip
    return render_page(request, "bulletins/_of_hazard.html", "bulletins/_of_hazard.html", context)


@require_GET
@requires("tasks.view")
def of_task(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Beside a task that a leader's instruction gave: what was said, and on which paper."""
    by = actor_of(request)
    task: Task = policy.access(Task.objects.all(), "tasks.view", by, pk)
    context = {"rows": queries.of_task(by, task.plan_id)}
    return render_page(request, "bulletins/_of_task.html", "bulletins/_of_task.html", context)


def _make(form: Any, by: Actor, at: datetime) -> UUID:
    data = form.cleaned_data
    made = commands.NewPaper(
        pk=data["pk"], kind=data["kind"], area=data["area"].pk if data["area"] else 0,
        period=data["period"].strip(), title=data["title"], recipients=data["recipients"],
        due_on=data["due_on"], about=data["about"],
    )  # fmt: skip
    return commands.make(made, by=by, at=at, request_id=data["request_id"])


@require_GET
@requires("bulletins.view")
def figure(request: HttpRequest, pk: UUID, block: str, n: int) -> HttpResponse:
    """One figure of a paper: what it says, on what basis, as known when, and where it opens to."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(Paper.objects.select_related(*queries.ROW), "bulletins.view", by, pk, at=at)
    found = _figure(queries.whole(row).blocks, block, n)
    then = scope_of(row, at)
    area = Region.objects.get(pk=found.area)
    reach = figures.reach(by, found, area, then)
    now = None
    if reach.whole and not found.source:
        [now] = figures.again([found], replace(then, known_at=None))
    [again] = figures.again([found], then)
    context = {
        "row": row, "figure": found, "area": area, "now": now, "stands": again.says_as(found),
        "reach": reach, "beside": list(corrections.beside(queries.visible(by), row, found)),
        "basis": "" if found.source else str(bindings.known(found.indicator).full_basis),
        "source": "" if found.source else str(bindings.known(found.indicator).source),
        "period": figures.period_of(found, then),
        "records": _records(found, area, then, now) if reach.opens else [],
    }  # fmt: skip
    return render_page(request, "bulletins/figure.html", "bulletins/figure.html", context)


def _records(
    found: Figure, area: Region, then: Scope, now: Figure | None
) -> list[tuple[str, list[figures.Records]]]:
    """As known then; and as known now, where both aren't the same ones anyway."""
    today, areas = replace(then, known_at=None), {area.pk: area}
    if now is not None and now.says_as(found):
        return [("", figures.records(found, areas, today))]
    as_known = [(_("As known then"), figures.records(found, areas, then))]
    if now is not None:
        as_known.append((_("As known now"), figures.records(found, areas, today)))
    return as_known


@require_GET
@requires("bulletins.view")
def moved_figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The panel of a paper's page: which figures the ledger tells otherwise by now."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(Paper.objects.select_related(*queries.ROW), "bulletins.view", by, pk, at=at)
    found = moved(row, by, at)
    context = {"row": row, "moved": found[:MOVED_MAX], "count": len(found)}
    return render(request, "bulletins/_moved.html", context)


def _figure(blocks: list[body.Block], pk: str, n: int) -> Figure:
    for block in blocks:
        if block.id == pk:
            found = list(block.figures)
            if n < len(found):
                return found[n]
    raise NotFound


@require_GET
@requires("bulletins.view")
def file(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """The paper as a file; on record before it goes out (S22). A draft says that it is one."""
    if form not in rendering.FORMATS:
        raise NotFound
    by, at = actor_of(request), timezone.now()
    row = policy.access(Paper.objects.select_related(*queries.ROW), "bulletins.view", by, pk, at=at)
    plain = request.GET.get("plain") == "1"
    found = files.made(row, form, by=by, at=at, plain=plain)
    return handed_out(found.name, form, found.content, found.entry, by)
