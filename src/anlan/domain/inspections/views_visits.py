"""Visiting: the grid worker's page on a phone, the form of a visit, workbooks in and out."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.hazards.commands import Incomplete, NotByHand
from anlan.domain.inspections import columns, commands, queries, sheets
from anlan.domain.inspections.commands import NewVisit
from anlan.domain.inspections.forms import VisitForm
from anlan.domain.inspections.models import Sweep, SweepField, Target
from anlan.domain.inspections.refusals import VisitRefused
from anlan.domain.inspections.views import sweep_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit import trail
from anlan.kernel.papers.batches import uploaded
from anlan.ui.pages import go_on, render_page

#: Subjects that a phone shows at once.
NEXT_MAX = 20
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Rows to be mended that the page lists.
WRONG_MAX = 200


@require_GET
@requires("target.visit")
def mine(request: HttpRequest, pk: int) -> HttpResponse:
    """What one visits next, by street, and what one has done today."""
    by, sweep = actor_of(request), sweep_of(request, pk)
    today = policy.today_of(by)
    units = policy.units_of(by, ("office", "inspector", "grid"))
    left = queries.targets(sweep, by, "target.visit").filter(visits=0)
    text = request.GET.get("q", "").strip()[:60]
    area = request.GET.get("area", "")[:40]
    if text:
        left = left.filter(queries.named(text))
    if area:
        left = left.filter(area__code=area)
    left = left.select_related("enterprise", "area")
    ours = left.filter(unit__in=units)
    others = left.filter(unit=None)
    shown = list(ours.order_by("path", "enterprise__address", "pk")[:NEXT_MAX])
    if len(shown) < NEXT_MAX:
        shown += others.order_by("path", "enterprise__address", "pk")[: NEXT_MAX - len(shown)]
    done = queries.visits(sweep, by).filter(user_id=by.user_id, on=today)
    meter = [
        queries.coverage(sweep, root, queries.sectors_of(by, root), timezone.now())
        for root in queries.roots(by, sweep)[:1]
    ]
    context = {
        "sweep": sweep, "shown": shown, "q": text, "area": area,
        "done": done.select_related("target__enterprise").order_by("-entered_at")[:NEXT_MAX],
        "done_count": done.count(), "meter": meter[0] if meter else None,
    }  # fmt: skip
    return render_page(request, "inspections/mine.html", "inspections/mine.html", context)


@require_http_methods(["GET", "POST"])
@requires("target.visit")
def enter(request: HttpRequest, pk: int, target: int) -> HttpResponse:
    """The form of one visit, for a phone; hazards are entered with it."""
    by, at, sweep = actor_of(request), timezone.now(), sweep_of(request, pk)
    rows = Target.objects.filter(sweep=sweep).select_related("enterprise", "area")
    row = policy.access(rows, "target.visit", by, target, at=at)
    fields = list(sweep.fields.order_by("order"))
    initial = {"pk": uuid7(), "request_id": uuid7(), "on": timezone.localdate(at),
               "visitor": by.name}  # fmt: skip
    form = VisitForm(sweep, fields, request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _entered(form, sweep, row, by, at):
            messages.success(request, _("Entered: %(name)s.") % {"name": row.enterprise.name})
            found = form.found_given
            name, args = ("inspections:visit", [pk, form.cleaned_data["pk"]]) if found else (
                "inspections:mine", [pk]
            )  # fmt: skip
            return go_on(request, reverse(name, args=args))
    context = {"sweep": sweep, "row": row, "form": form}
    return render_page(request, "inspections/enter.html", "inspections/enter.html", context, status)


def _entered(form: VisitForm, sweep: Sweep, row: Target, by: Actor, at: datetime) -> bool:
    data = form.cleaned_data
    new = NewVisit(
        pk=data["pk"], target_id=row.pk, on=data["on"], visitor=data["visitor"],
        state=data["state"], nil=data["nil"] == "1", facts=form.facts_given,
        found=form.found_given, note=data["note"], officers=data["officers"],
        experts=data["experts"], why=data["why"],
    )  # fmt: skip
    try:
        commands.record(sweep.pk, [new], by=by, request_id=data["request_id"], at=at)
    except (VisitRefused, Incomplete, NotByHand) as refusal:
        name = str(refusal.data.get("field", ""))
        form.add_error(name if name in form.fields else None, str(refusal))
        return False
    return True


@require_POST
@requires("target.visit")
def withdraw(request: HttpRequest, pk: int, visit: UUID) -> HttpResponse:
    sweep_of(request, pk)
    reason = request.POST.get("reason", "")
    row = commands.withdraw(visit, by=actor_of(request), at=timezone.now(), reason=reason)
    messages.success(request, _("The visit is withdrawn."))
    return go_on(request, reverse("inspections:subject", args=[pk, row.target_id]))


# --- workbooks -----------------------------------------------------------------------------


@require_GET
@requires("target.visit")
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """A workbook with the subjects left to visit, as the filters narrow them."""
    by, sweep = actor_of(request), sweep_of(request, pk)
    asked = columns.target_filters(sweep, by, request.GET)
    rows = queries.narrowed(queries.targets(sweep, by, "target.visit"), asked)
    buffer = BytesIO()
    sheets.write_template(buffer, sweep, _fields(sweep), rows.filter(visits=0))
    told = _("visits to enter")
    return _download(buffer, f"{sweep.name}-{told}.xlsx")


@require_GET
@requires("target.view")
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """Every subject with what its visit recorded; on record before it goes out (S22)."""
    by, sweep = actor_of(request), sweep_of(request, pk)
    asked = columns.target_filters(sweep, by, request.GET)
    buffer = BytesIO()
    rows = queries.narrowed(queries.targets(sweep, by), asked)
    written = sheets.write_results(buffer, sweep, _fields(sweep), rows)
    after = {"query": asked.query(), "rows": written}
    with transaction.atomic():
        entry = trail.Entry("sweep.export", "inspections.sweep", sweep.pk, after=after)
        trail.record([entry], by=by, at=timezone.now())
    told = _("results")
    return _download(buffer, f"{sweep.name}-{told}.xlsx")


def _fields(sweep: Sweep) -> list[SweepField]:
    return list(sweep.fields.order_by("order"))


def _download(buffer: BytesIO, name: str) -> HttpResponse:
    response = HttpResponse(buffer.getvalue(), content_type=SPREADSHEET)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@require_http_methods(["GET", "POST"])
@requires("target.visit")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in a filled workbook: what is right is entered, what isn't is told by row."""
    by, at, sweep = actor_of(request), timezone.now(), sweep_of(request, pk)
    context: dict[str, object] = {"sweep": sweep}
    status = 200
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        status = 422
        messages.error(request, _("Choose a workbook (.xlsx, .xls or .csv)."))
    elif file is not None:
        allowed = set(queries.targets(sweep, by, "target.visit").values_list("pk", flat=True))
        with uploaded([file]) as [(name, path)]:
            read = sheets.read(
                path, name, sweep, _fields(sweep), allowed,
                timezone.localdate(at),
            )  # fmt: skip
        outcome = (
            commands.record(pk, read.visits, by=by, request_id=uuid7(), at=at)
            if read.visits
            else commands.Outcome([])
        )
        context |= {
            "read": read, "entered": len(outcome.entered), "known": outcome.known,
            "wrong": read.wrong[:WRONG_MAX],
        }  # fmt: skip
    return render_page(request, "inspections/sheet.html", "inspections/sheet.html", context, status)
