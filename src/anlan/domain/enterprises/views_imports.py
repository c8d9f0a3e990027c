"""The import of a register of enterprises: send it, confirm its columns, try, take in, undo."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.domain.enterprises import importing, tasks
from anlan.domain.enterprises.importing import mending, preparing, showing
from anlan.domain.enterprises.importing.columns import FIELDS
from anlan.domain.enterprises.models import Batch, Enterprise
from anlan.domain.enterprises.models import Mapping as Saved
from anlan.domain.enterprises.permissions import KEEP
from anlan.domain.enterprises.refusals import ColumnsUnclear
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.papers import batches as sent
from anlan.kernel.papers import mappings, wizard
from anlan.kernel.papers.batches import BatchBusy
from anlan.kernel.papers.wizard import Wizard
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Search
from anlan.ui.pages import go_on, render_page

ORDERS = {"made": Keyset.by("-made_at", "-pk")}
LINE_ORDER = {"row": Keyset.by("pk")}
#: Of entries that an undoing left, how many the page names.
KEPT_SHOWN = 50
WIZARD = Wizard("enterprises", Batch, "enterprisebatches.view", tasks.WORKING)


# --- sending -------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("enterprise.import")
def imports(request: HttpRequest) -> HttpResponse:
    """What was sent before, and a place to send a workbook; a broken one is told on the page."""
    by = actor_of(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            batch = _received(request, by)
        except Refusal as refusal:
            problem = refusal
        else:
            return go_on(request, WIZARD.url("batch", batch))
    code = request.POST.get("area", "") or main_unit(by, KEEP).area.code
    rows = policy.permitted(Batch.objects.all(), "enterprisebatches.view", by)
    asked = Filters((), request.GET)
    page = asked.order(ORDERS, "made").page(rows.select_related("file"), request.GET)
    saved = policy.permitted(Saved.objects.all(), "enterprisemappings.view", by).order_by("name")
    context = {
        "filters": asked, "page": page, "columns": _columns(sent.jobs_of(page.rows)),
        "sort": "made", "problem": problem, "mapping": request.POST.get("mapping", ""),
        "saved": saved, "area_code": code, "area_text": area_name(code),
    }  # fmt: skip
    return render_page(
        request,
        "enterprises/imports.html",
        "enterprises/_imports.html",
        context,
        wizard.status_of(problem),
    )


def _received(request: HttpRequest, by: Actor) -> Batch:
    file = request.FILES.get("file")
    if file is None:
        raise ColumnsUnclear(reason=_("Choose a workbook (.xlsx, .xls or .csv)."))
    area = Region.objects.filter(code=request.POST.get("area", ""), valid_to=None).first()
    source, unit = request.POST.get("mapping", ""), main_unit(by, KEEP)
    if source and source not in mappings.of_unit(Saved, unit):
        raise ColumnsUnclear(reason=_("Choose one from the list."))
    with sent.uploaded([file]) as found:
        return importing.prepare(
            found[0], unit=unit, area=area, by=by, at=timezone.now(), source=source
        )


def _columns(jobs: Mapping[UUID, Any]) -> list[Column]:
    def counted(name: str) -> Any:
        return lambda batch: None if batch.status == Batch.Status.PLANNED else getattr(batch, name)

    return [
        Column("file", _("Workbook"), kind="text", cell=wizard.file_name,
               link=lambda row: WIZARD.url("batch", row)),
        Column("status", _("State"), cell=wizard.state_cell(jobs)),
        Column("rows", _("Rows"), cell=counted("rows"), kind="number"),
        Column("created", _("New"), cell=counted("created"), kind="number"),
        Column("changed", _("Entries changed"), cell=counted("changed"), kind="number",
               phone=False),
        Column("refused", _("To be mended"), cell=counted("refused"), kind="number"),
        Column("made", _("Sent"), cell="made_at", kind="moment"),
        Column("by", _("By"), cell="made_by", phone=False),
    ]  # fmt: skip


@require_POST
@requires("enterprise.import")
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a saved mapping off the list; what was read by it keeps its own copy."""
    by = actor_of(request)
    row = policy.access(Saved.objects.all(), "enterprisemappings.view", by, pk)
    mappings.forget(row, by=by, at=timezone.now())
    return go_on(request, reverse("enterprises:import"))


# --- one import ----------------------------------------------------------------------------------


@require_GET
@requires("enterprise.import")
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An import, at whatever step of the wizard it is."""
    return _page(request, WIZARD.of(request, pk))


def _page(request: HttpRequest, found: Batch, problem: Refusal | None = None) -> HttpResponse:
    planned, kept = found.status == Batch.Status.PLANNED, hasattr(found, "file")
    asked = Filters(
        (Choice("show", _("What becomes of it"), showing.SHOWN), Search("name", _("Enterprise"))),
        request.GET,
    )
    page = asked.order(LINE_ORDER, "row").page(showing.lines(found, asked), request.GET)
    counts = showing.counts(found)
    context = {
        "file_name": wizard.file_name(found), "step": wizard.step_of(found),
        "tone": sent.tone(found.status), "problem": problem, "filters": asked, "page": page,
        "sort": "row", "columns": showing.columns(page.rows), "counts": counts,
        "outcomes": showing.outcomes(found, counts), "kept": _kept(found),
        "untaken": showing.untaken(found),
        "may_mend": kept and bool(counts.get("refused")), **WIZARD.job_of(found),
    }  # fmt: skip
    if planned and kept and not context["running"]:
        stem = found.file.name.rpartition(".")[0][: mappings.NAME_CHARS_MAX]
        context |= {
            "plan": importing.Plan.of(found.plan), "fields": FIELDS.items(),
            "given": request.POST, "mapping_name": found.source or stem,
        }  # fmt: skip
    pages = ("enterprises/batch.html", "enterprises/_lines.html")
    return render_page(request, *pages, context, wizard.status_of(problem))


def _kept(found: Batch) -> list[Enterprise]:
    return list(Enterprise.objects.filter(pk__in=found.kept[:KEPT_SHOWN]).order_by("pk"))


@require_POST
@requires("enterprise.import")
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what a person says of the columns, under a name where one is given; and try it."""
    found, by, at = WIZARD.of(request, pk), actor_of(request), timezone.now()
    if found.status != Batch.Status.PLANNED:
        raise BatchBusy(status=found.get_status_display())
    wizard.demand_file(found)
    try:
        changed = importing.edited(importing.Plan.of(found.plan), request.POST)
        name = preparing.mapping_name(request.POST.get("name", ""))
        with transaction.atomic():
            if name:
                importing.save_mapping(name, changed, unit=found.unit, by=by, at=at)
                found.source = name
            preparing.reset(found, changed)
            return WIZARD.start(request, found, "try", by)
    except Refusal as refusal:
        # What was chosen stands in the form that comes back.
        return _page(request, found, refusal)


@require_POST
@requires("enterprise.import")
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.run(request, pk)


@require_POST
@requires("enterprise.import")
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.undo(request, pk)


@require_POST
@requires("enterprise.import")
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.cancel(request, pk)


@require_GET
@requires("enterprise.import")
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.progress(request, pk)


@require_GET
@requires("enterprise.import")
def mend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Only the rows to mend, under the sender's own headings, with a red column to work from."""
    found, buffer = WIZARD.of(request, pk), BytesIO()
    wizard.demand_file(found)
    mending.write(buffer, found)
    return wizard.download(buffer.getvalue(), wizard.to_mend(found))
