"""The import of a register: send it, say what its columns mean, try, take in, mend, undo."""

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
from anlan.domain.accidents import importing, tabs, tasks
from anlan.domain.accidents.importing import editing, guessing, joining, mending, preparing
from anlan.domain.accidents.importing.plan import FIELDS, PEOPLE, SUMMED, Plan
from anlan.domain.accidents.models import Accident, Batch
from anlan.domain.accidents.models import Mapping as Saved
from anlan.domain.accidents.permissions import LEADS
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
from anlan.ui.lists import Column, Filters, Search
from anlan.ui.pages import go_on, render_page

ORDERS = {"made": Keyset.by("-made_at", "-pk")}
LEFT_ORDER = {"row": Keyset.by("sheet", "row", "pk")}
#: Of those that an undoing left, how many the page names.
KEPT_SHOWN = 50
WIZARD = Wizard("accidents", Batch, "accidentbatches.view", tasks.WORKING)


# --- sending -------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("accidents.import")
def imports(request: HttpRequest) -> HttpResponse:
    """What was sent before, and a place to send a register; a broken file is told on the page."""
    by = actor_of(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            batch = _received(request, by)
        except Refusal as refusal:
            problem = refusal
        else:
            return go_on(request, WIZARD.url("batch", batch))
    own = main_unit(by, LEADS)
    code = request.POST.get("area", "") or own.area.code
    rows = policy.permitted(Batch.objects.all(), "accidentbatches.view", by)
    asked = Filters((), request.GET)
    page = asked.order(ORDERS, "made").page(rows.select_related("file"), request.GET)
    saved = policy.permitted(Saved.objects.all(), "accidentmappings.view", by).order_by("name")
    context = {
        "filters": asked, "page": page, "columns": _columns(sent.jobs_of(page.rows)),
        "sort": "made", "tabs": tabs.of(by, "list"), "problem": problem,
        "mapping": request.POST.get("mapping", ""), "saved": saved,
        "layouts": [(name, each["title"]) for name, each in importing.layouts().items()],
        "area_code": code, "area_text": area_name(code),
    }  # fmt: skip
    return render_page(
        request,
        "accidents/imports.html",
        "accidents/_imports.html",
        context,
        wizard.status_of(problem),
    )


def _received(request: HttpRequest, by: Actor) -> Batch:
    files = request.FILES.getlist("file")
    if not files:
        raise importing.lacks("file", _("Choose a workbook (.xlsx, .xls or .csv)."))
    area = Region.objects.filter(code=request.POST.get("area", ""), valid_to=None).first()
    source, unit = request.POST.get("mapping", ""), main_unit(by, LEADS)
    if source and source not in importing.layouts() and source not in preparing.saved_of(unit):
        raise importing.lacks("mapping", _("Choose one from the list."))
    with sent.uploaded(files[: joining.FILES_MAX + 1]) as found:
        return importing.prepare(
            found, unit=unit, area=area, by=by, at=timezone.now(), source=source
        )


def _columns(jobs: Mapping[UUID, Any]) -> list[Column]:
    def counted(name: str) -> Any:
        return lambda batch: None if batch.status == Batch.Status.PLANNED else getattr(batch, name)

    return [
        Column("file", _("Workbook"), kind="text", cell=wizard.file_name,
               link=lambda row: WIZARD.url("batch", row)),
        Column("status", _("State"), cell=wizard.state_cell(jobs)),
        Column("source", _("Mapping"), cell="source", kind="text", phone=False),
        Column("rows", _("Rows"), cell=counted("rows"), kind="number"),
        Column("created", _("New"), cell=counted("created"), kind="number"),
        Column("rejected", _("To be mended"), cell=counted("rejected"), kind="number"),
        Column("made", _("Sent"), cell="made_at", kind="moment"),
        Column("by", _("By"), cell="made_by", phone=False),
    ]  # fmt: skip


@require_POST
@requires("accidents.import")
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a saved mapping off the list; what was read by it keeps its own copy."""
    by = actor_of(request)
    row = policy.access(Saved.objects.all(), "accidentmappings.view", by, pk)
    mappings.forget(row, by=by, at=timezone.now())
    return go_on(request, reverse("accidents:import"))


# --- one import ----------------------------------------------------------------------------------


@require_GET
@requires("accidents.import")
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An import, at whatever step of the wizard it is."""
    return _page(request, WIZARD.of(request, pk))


def _page(request: HttpRequest, found: Batch, problem: Refusal | None = None) -> HttpResponse:
    asked = Filters((Search("sheet", _("Sheet")),), request.GET)
    rows = found.leftovers.all()
    if sheet := asked["sheet"]:
        rows = rows.filter(sheet__contains=sheet)
    page = asked.order(LEFT_ORDER, "row").page(rows, request.GET)
    planned = found.status == Batch.Status.PLANNED
    kept = hasattr(found, "file")
    context = {
        "file_name": wizard.file_name(found), "step": wizard.step_of(found), "tried": found.tried,
        "filters": asked, "page": page, "sort": "row", "columns": _left_columns(),
        "outcomes": _outcomes(found), "kept": _kept(found), "tone": sent.tone(found.status),
        "problem": problem, "may_mend": kept, "joined": found.plan.get("joined", ()),
        "rejected": found.tried.get("rejected", 0) if planned else found.rejected,
        **WIZARD.job_of(found),
    }  # fmt: skip
    if planned and kept and not context["running"]:
        context |= _editor(request, found)
    page_of = ("accidents/batch.html", "accidents/_left.html")
    return render_page(request, *page_of, context, wizard.status_of(problem))


def _left_columns() -> list[Column]:
    return [
        Column("sheet", _("Sheet")),
        Column("row", _("Row"), kind="number"),
        Column("column", _("Column"), cell=lambda row: f"{row.column} {row.header}".strip()),
        Column("message", _("What to mend"), cell="reason", kind="text"),
    ]


def _outcomes(found: Batch) -> list[tuple[str, int, str]]:
    """What became of the rows: by the dry run before anything is in, and then really."""
    tried = found.tried if found.status == Batch.Status.PLANNED else None
    list_url = reverse("accidents:list") + f"?batch={found.pk}"

    def n(name: str) -> int:
        return int(tried.get(name, 0)) if tried is not None else int(getattr(found, name))

    return [
        (_("new"), n("created"), "" if tried is not None else list_url),
        (_("in the register before"), n("known"), ""),
        (_("further people of an accident"), n("joined"), ""),
        (_("to be mended"), n("rejected"), "#left"),
        (_("new without a type"), n("untyped"), ""),
        (_("new without their loss in yuan"), n("unpriced"), ""),
    ]


def _kept(found: Batch) -> list[Accident]:
    return list(Accident.objects.filter(pk__in=found.kept[:KEPT_SHOWN]).select_related("case"))


def _editor(request: HttpRequest, found: Batch) -> dict[str, Any]:
    """What the plan says by now, or what somebody typed that has to be mended."""
    plan, given = Plan.of(found.plan), request.POST
    columns = []
    for n, (heading, shown) in enumerate(preparing.samples(found)):
        of = [name for name, heads in plan.columns.items() if heading in heads]
        first, second = (*of, "", "")[:2]
        same = heading in plan.same
        if given:
            first, second = given.get(f"c{n}", first), given.get(f"d{n}", second)
            same = bool(given.get(f"s{n}"))
        why = guessing.reason(plan, heading, first)
        columns.append((heading, shown, first, second, same, why))
    several, most = (
        [str(FIELDS[name]) for name, heads in plan.columns.items()
         if name in SUMMED and len(heads) > 1 and (name in plan.most) == largest]
        for largest in (False, True)
    )  # fmt: skip
    return {
        "plan": plan, "fields": FIELDS.items(), "heads": columns, "several": several, "most": most,
        "codes": editing.codes_of(found), "words": editing.words_of(plan),
        "types": editing.type_choices(), "people": [(name, FIELDS[name]) for name in PEOPLE],
        "new_words": range(editing.NEW_WORDS), "given": given,
    }  # fmt: skip


@require_POST
@requires("accidents.import")
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what a person says of columns and codes, under a name where one is given; and try it."""
    found, by, at = WIZARD.of(request, pk), actor_of(request), timezone.now()
    if found.status != Batch.Status.PLANNED:
        raise BatchBusy(status=found.get_status_display())
    wizard.demand_file(found)
    given = request.POST
    try:
        if given.get("tried", "") != found.tried.get("at", ""):
            # The codes that were shown stand in another order by now.
            raise BatchBusy(status=_("tried again meanwhile"))
        heads = [heading for heading, _shown in preparing.samples(found)]
        changed, name = editing.edited(found, given, heads), editing.mapping_name(given)
        with transaction.atomic():
            if name:
                importing.save_mapping(name, changed, unit=found.unit, by=by, at=at)
                found.source = name
            importing.reset(found, changed)
            return WIZARD.start(request, found, "try", by)
    except Refusal as refusal:
        # What was typed stands in the form that comes back.
        return _page(request, found, refusal)


@require_POST
@requires("accidents.import")
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.run(request, pk)


@require_POST
@requires("accidents.import")
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.undo(request, pk)


@require_POST
@requires("accidents.import")
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.cancel(request, pk)


@require_GET
@requires("accidents.import")
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    return WIZARD.progress(request, pk)


@require_GET
@requires("accidents.import")
def mend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Only the rows to mend, under the sender's own headings, with a red column to work from."""
    found, buffer = WIZARD.of(request, pk), BytesIO()
    wizard.demand_file(found)
    mending.write(buffer, found)
    return wizard.download(buffer.getvalue(), wizard.to_mend(found))
