"""The import wizard: send workbooks, confirm what their columns mean, try, take in, mend, undo."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base import sealed
from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.domain.hazards import batches, importing, reading, tasks
from anlan.domain.hazards.importing import doubts, mended
from anlan.domain.hazards.models import Batch, BatchFile, Hazard, Leftover
from anlan.domain.hazards.reading.outgoing import write_errors, write_template
from anlan.domain.hazards.reading.rows import RejectedRow
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.jobs import queue
from anlan.kernel.papers import batches as sent
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Column, Filters, Search
from anlan.ui.pages import go_on, render_page

ORDERS = {"made": Keyset.by("-made_at", "-pk")}
LEFT_ORDER = {"row": Keyset.by("file", "sheet", "row", "pk")}
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SENDERS = (Role.OFFICE, Role.INSPECTOR)
#: Fields that a person may give a column, in the order of the drop-down.
FIELDS: tuple[tuple[str, Any], ...] = (
    ("", gettext_lazy("— not used —")),
    ("description", gettext_lazy("what is wrong")), ("found_on", gettext_lazy("day found")),
    ("enterprise", gettext_lazy("enterprise")), ("credit_code", gettext_lazy("credit code")),
    ("area", gettext_lazy("area")), ("prefecture", gettext_lazy("prefecture")),
    ("county", gettext_lazy("county")), ("township", gettext_lazy("township")),
    ("place", gettext_lazy("place")), ("sector", gettext_lazy("sector")),
    ("category", gettext_lazy("category")), ("grade", gettext_lazy("grade")),
    ("is_major", gettext_lazy("major or not")), ("source", gettext_lazy("source of the hazard")),
    ("basis", gettext_lazy("clause")), ("measure", gettext_lazy("measure")),
    ("responsible_unit", gettext_lazy("responsible unit")),
    ("responsible_person", gettext_lazy("responsible person")), ("funds", gettext_lazy("funds")),
    ("deadline", gettext_lazy("deadline")), ("contingency", gettext_lazy("contingency plan")),
    ("status", gettext_lazy("state of rectification")),
    ("is_rectified", gettext_lazy("rectified or not")),
    ("progress", gettext_lazy("progress in words")),
    ("rectified_on", gettext_lazy("day rectified")), ("verifier", gettext_lazy("verifier")),
    ("verified_on", gettext_lazy("day verified")), ("closed_on", gettext_lazy("day closed")),
    ("checkers", gettext_lazy("found by")), ("checking_unit", gettext_lazy("checking unit")),
    ("supervising_unit", gettext_lazy("supervising unit")),
    ("leader", gettext_lazy("accountable leader")),
    ("listed", gettext_lazy("listed supervision")), ("remarks", gettext_lazy("remarks")),
    ("serial", gettext_lazy("serial number")), ("ref", gettext_lazy("sender's own number")),
)  # fmt: skip


class NoFile(Refusal):
    """The form came without a workbook."""

    code = "no_file"
    message = gettext_lazy("Choose at least one workbook (.xlsx, .xls or .csv).")


@require_http_methods(["GET", "POST"])
@requires("hazard.import")
def imports(request: HttpRequest) -> HttpResponse:
    """The sender's batches, and a place to drop new workbooks."""
    by = actor_of(request)
    return _received(request, by) if request.method == "POST" else _sent(request, by)


def _sent(
    request: HttpRequest, by: Actor, problems: Sequence[Refusal] = (), status: int = 200
) -> HttpResponse:
    """problems: why nothing of what was sent could be read."""
    rows = policy.permitted(Batch.objects.all(), "batches.view", by).select_related("unit")
    asked = Filters((), request.GET)
    page = asked.order(ORDERS, "made").page(rows.prefetch_related("files"), request.GET)
    columns = batches.columns(sent.jobs_of(page.rows))
    context = {
        "filters": asked, "page": page, "columns": columns, "sort": "made",
        "problems": [_said(one) for one in problems],
    }  # fmt: skip
    template, part = "hazards/imports.html", "hazards/_imports.html"
    return render_page(request, template, template if problems else part, context, status)


def _received(request: HttpRequest, by: Actor) -> HttpResponse:
    files = request.FILES.getlist("files")
    if not files:
        return _sent(request, by, [NoFile()], 422)
    at = timezone.now()
    with sent.uploaded(files) as kept:
        try:
            batch, refusals = importing.prepare(kept, unit=main_unit(by, SENDERS), by=by, at=at)
        except importing.NothingReadable as none:
            return _sent(request, by, none.data["refusals"], 422)
    for refusal in refusals:
        messages.error(request, _said(refusal))
    return go_on(request, reverse("hazards:batch", args=[batch.pk]))


def _said(refusal: Refusal) -> str:
    """With the file that it is about."""
    name, said = str(refusal.data.get("file", "")), str(refusal)
    return said if name in said else f"{name}：{said}"


def _batch(request: HttpRequest, pk: UUID) -> Batch:
    rows = Batch.objects.select_related("unit__area")
    return policy.access(rows, "batches.view", actor_of(request), pk)


@require_GET
@requires("hazard.import")
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A batch, at whatever step of the wizard it is."""
    found = _batch(request, pk)
    files = list(found.files.order_by("order"))
    job = sent.job_of(found)
    running = sent.is_running(job)
    asked = Filters((Search("sheet", _("Sheet")),), request.GET)
    left = Leftover.objects.filter(batch=found, rejected=True)
    page = asked.order(LEFT_ORDER, "row").page(left, request.GET)
    names = {file.order: file.name for file in files}
    wrong = set(left.order_by().values_list("file", flat=True).distinct())
    columns = [
        Column("file", _("Workbook"), cell=lambda row: names.get(row.file, ""), kind="text"),
        Column("sheet", _("Sheet")),
        Column("row", _("Row"), kind="number"),
        Column("column", _("Column"), cell=lambda row: f"{row.column} {row.header}".strip()),
        Column("message", _("What to mend"), cell="message", kind="text"),
    ]
    context = {
        "batch": found, "files": files, "mend": [file for file in files if file.order in wrong],
        "job": job, "running": running,
        "step": _step(found, running), "plans": _plans(found, files) if _planned(found) else [],
        "fields": FIELDS, "tried": found.tried, "filters": asked, "page": page,
        "columns": columns, "sort": "row", "ignored": _ignored(found),
        "doubts": doubts.of(found, names), "mended": mended.of(found),
        "outcomes": _outcomes(found), "kept": _kept(found), "tone": sent.tone(found.status),
        "stopped": sent.stopped(found, job), "working": sent.working(job, batches.WORKING),
    }  # fmt: skip
    return render_page(request, "hazards/batch.html", "hazards/_batch_left.html", context)


def _planned(found: Batch) -> bool:
    return found.status == Batch.Status.PLANNED


def _step(found: Batch, running: bool) -> int:
    """0 send, 1 confirm columns, 2 try, 3 take in, 4 done."""
    if _planned(found):
        return 2 if found.tried else 1
    return 4 if found.status in (Batch.Status.DONE, Batch.Status.UNDONE) else 3


def _plans(found: Batch, files: Sequence[BatchFile]) -> list[tuple[BatchFile, reading.Plan]]:
    return [(file, reading.Plan.from_json(found.plan["files"][file.order])) for file in files]


def _ignored(found: Batch) -> list[tuple[str, int]]:
    """What was ignored and why, in the order of how much it was."""
    sums: dict[str, int] = {}
    left = Leftover.objects.filter(batch=found, rejected=False).exclude(code=mended.CODE)
    for code, first, last in left.values_list("code", "row", "last_row"):
        sums[code] = sums.get(code, 0) + last - first + 1
    sample = Leftover(rejected=False)
    told = []
    for code, rows in sorted(sums.items(), key=lambda pair: -pair[1]):
        sample.code = code
        told.append((sample.message, rows))
    return told


def _outcomes(found: Batch) -> list[tuple[str, int, str]]:
    base = reverse("hazards:list") + f"?batch={found.pk}"
    return [
        (_("new"), found.created, base if found.created else ""),
        (_("moved on"), found.updated, ""),
        (_("known, unchanged"), found.unchanged, ""),
        (_("known from another unit"), found.duplicates, ""),
        (_("rejected"), found.rejected, "#left"),
        (_("ignored"), found.ignored, ""),
    ]


def _kept(found: Batch) -> list[Hazard]:
    return list(Hazard.objects.filter(pk__in=found.kept[:50]).select_related("case"))


@require_POST
@requires("hazard.import")
def batch_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what a person says about columns and tables, and remember it for this sender."""
    found, by, at = _batch(request, pk), actor_of(request), timezone.now()
    if not _planned(found):
        raise importing.BatchRunning(status=found.get_status_display())
    known = {code for code, _label in FIELDS}
    mapping: dict[str, str] = {}
    plans = found.plan["files"]
    for number, plan in enumerate(plans):
        for place, table in enumerate(plan["tables"]):
            prefix = f"f{number}t{place}"
            if f"{prefix}-here" not in request.POST:
                continue
            table["included"] = f"{prefix}-in" in request.POST
            if table["included"]:
                table["kind"] = reading.LEDGER
            day = request.POST.get(f"{prefix}-found_on", "")
            table["found_on"] = day or None
            for column in table["columns"]:
                code = request.POST.get(f"{prefix}c{column['index']}")
                if code is not None and code in known and code != column["field"]:
                    column.update(field=code, evidence="person", confidence=1.0)
                    mapping[column["header"]] = code
    with transaction.atomic():
        Batch.objects.filter(pk=pk).update(plan=found.plan, tried={})
        importing.remember_columns(found.unit, mapping, by=by, at=at)
    return _start(request, found, "hazards.try", by)


def _start(request: HttpRequest, found: Batch, task: str, by: Actor) -> HttpResponse:
    with transaction.atomic():
        job = queue.enqueue(task, tasks.payload_of(found, by), by, key=f"{task}:{found.pk}")
        Batch.objects.filter(pk=found.pk).update(job_id=job.pk)
    return go_on(request, reverse("hazards:batch", args=[found.pk]))


@require_POST
@requires("hazard.import")
def batch_run(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _batch(request, pk)
    if found.status not in (Batch.Status.PLANNED, Batch.Status.CANCELLED, Batch.Status.RUNNING):
        raise importing.BatchRunning(status=found.get_status_display())
    if _planned(found):
        # The dry run's findings make way for the run's own.
        Leftover.objects.filter(batch=found).delete()
    return _start(request, found, "hazards.import", actor_of(request))


@require_POST
@requires("hazard.import")
def batch_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _batch(request, pk)
    if found.job_id:
        queue.cancel(found.job_id, by=actor_of(request), at=timezone.now())
    return go_on(request, reverse("hazards:batch", args=[pk]))


@require_POST
@requires("hazard.import")
def batch_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _batch(request, pk)
    if found.status in (Batch.Status.PLANNED, Batch.Status.UNDONE):
        raise importing.BatchRunning(status=found.get_status_display())
    return _start(request, found, "hazards.undo", actor_of(request))


@require_GET
@requires("hazard.import")
def batch_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the progress bar asks every second; at the end it sends the page for the result."""
    found = _batch(request, pk)
    job = sent.job_of(found)
    running = sent.is_running(job)
    context = {
        "batch": found,
        "job": job,
        "running": running,
        "working": sent.working(job, batches.WORKING),
    }
    response = HttpResponse(render_to_string("hazards/_batch_job.html", context, request))
    if not running:
        response["HX-Refresh"] = "true"
    return response


@require_GET
@requires("hazard.import")
def batch_mend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Only the rejected rows, under the sender's own headings, with a red column to work from."""
    found = _batch(request, pk)
    asked = request.GET.get("file", "0")[:6]
    order = int(asked) if asked.isdecimal() else 0
    file = found.files.filter(order=order).first()
    if file is None:
        raise importing.NothingReadable(reasons="")
    plan = reading.Plan.from_json(found.plan["files"][order])
    rows = [
        RejectedRow(file=file.name, sheet=row.sheet, first_row=row.row, last_row=row.last_row,
                    code=row.code, column=row.column, header=row.header, data=row.data,
                    raw=sealed.opened(row.raw, row.place), table=row.table, origin=row.origin)
        for row in Leftover.objects.filter(batch=found, rejected=True, file=order).order_by("pk")
    ]  # fmt: skip
    buffer = BytesIO()
    write_errors(buffer, plan, rows)
    told = _("to mend")
    return _download(buffer, f"{Path(file.name).stem}-{told}.xlsx")


@require_GET
@requires("hazard.import")
def template(request: HttpRequest) -> HttpResponse:
    buffer = BytesIO()
    write_template(buffer)
    told = _("Hazard register template")
    return _download(buffer, f"{told}.xlsx")


def _download(buffer: BytesIO, name: str) -> HttpResponse:
    response = HttpResponse(buffer.getvalue(), content_type=SPREADSHEET)
    response.headers["Content-Disposition"] = _disposition(name)
    return response


def _disposition(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"
