"""The measure list as a workbook, in and out, and the compilation as a document."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.measures import columns, commands, compiling, queries, sheets
from anlan.domain.measures.models import TITLE_CHARS_MAX, Practice
from anlan.domain.measures.permissions import READS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail
from anlan.kernel.papers.batches import uploaded
from anlan.kernel.papers.official.language import of_papers
from anlan.ui.lists import Filters
from anlan.ui.pages import render_page

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Rows to be mended that the page shows.
WRONG_MAX = 200


@require_http_methods(["GET", "POST"])
@requires("measures.make")
def sheet(request: HttpRequest) -> HttpResponse:
    """Take in a measure list: what is right is entered, what isn't is told by row."""
    by, at = actor_of(request), timezone.now()
    own, status = main_unit(by, JUDGES), 200
    context: dict[str, object] = {"unit": own, "headers": [sheets.NAMES[c][0] for c in sheets.OUT]}
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        status = 422
        messages.error(request, _("Choose a workbook (.xlsx, .xls or .csv)."))
    elif file is not None:
        with uploaded([file]) as [(name, path)]:
            read = sheets.read(path, name, by=by, own=own, today=timezone.localdate(at))
        if read.new:
            commands.enter_many(read.new, by=by, at=at, request_id=uuid7())
        context |= {
            "read": read, "entered": len(read.new), "wrong": read.wrong[:WRONG_MAX],
        }  # fmt: skip
    return render_page(request, "measures/import.html", "measures/import.html", context, status)


@require_GET
@requires("measures.view")
def export(request: HttpRequest) -> HttpResponse:
    """The list as its filters narrow it; on record before it goes out (S22)."""
    by, at = actor_of(request), timezone.now()
    asked = columns.filters(request.GET)
    rows = queries.narrowed(queries.visible(by), asked, timezone.localdate(at))
    buffer = BytesIO()
    written = sheets.write(buffer, rows, [])
    _on_record("measures.export", by, asked, written)
    return _download(buffer, f"{_('Measure list')}.xlsx", SPREADSHEET)


@require_GET
@requires("measures.view")
def compilation(request: HttpRequest) -> HttpResponse:
    """Measures as the filters narrow them, with the area's good practice, as a document."""
    by, at = actor_of(request), timezone.now()
    asked = columns.filters(request.GET)
    rows = queries.narrowed(queries.visible(by), asked, timezone.localdate(at))
    if not asked["state"]:
        # A book of results: what is still being made isn't one yet.
        rows = rows.filter(case__state__in=queries.GROUPS["valid"])
    # What waits for its review is nobody's result yet.
    practices = queries.practices(by).filter(status=Practice.Status.PUBLISHED)
    practices = queries.narrowed_practices(practices, asked)
    title = request.GET.get("title", "").strip()[:TITLE_CHARS_MAX]
    buffer = BytesIO()
    with of_papers():
        title = title or _("Compilation of measures and good practice")
        written = compiling.compile_into(
            buffer, rows, practices, title=title, unit=_unit_name(by), by=by, at=at
        )
    _on_record("measures.compile", by, asked, written)
    return _download(buffer, f"{title}.docx", DOCUMENT)


def _unit_name(by: Actor) -> str:
    first = by.unit_id or next(iter(policy.units_of(by, READS)), 0)
    name = Unit.objects.filter(pk=first).values_list("name", flat=True).first()
    return name or ""


def _on_record(action: str, by: Actor, asked: Filters, rows: int) -> None:
    with transaction.atomic():
        after = {"query": asked.query(), "rows": rows}
        entry = trail.Entry(action, "measures", "list", after=after)
        trail.record([entry], by=by, at=timezone.now())


def _download(buffer: BytesIO, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(buffer.getvalue(), content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response
