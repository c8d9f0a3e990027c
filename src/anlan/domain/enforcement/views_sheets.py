"""Workbooks of the book of enforcement: the template, what was filled in, and the list."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.enforcement import commands, queries, reading, sheets
from anlan.domain.enforcement.permissions import ENTERS
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail
from anlan.kernel.papers.batches import uploaded
from anlan.kernel.papers.wizard import SPREADSHEET
from anlan.ui.pages import render_page

#: Rows in error that the page shows.
WRONG_MAX = 200


def _download(buffer: BytesIO, name: str) -> HttpResponse:
    response = HttpResponse(buffer.getvalue(), content_type=SPREADSHEET)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@require_GET
@requires("enforcement.enter")
def template(request: HttpRequest) -> HttpResponse:
    buffer = BytesIO()
    sheets.write_template(buffer)
    return _download(buffer, f"{_('Enforcement entries')}.xlsx")


@require_GET
@requires("enforcement.view")
def export(request: HttpRequest) -> HttpResponse:
    """The list as the filters narrow it; on record before it goes out (S22)."""
    by = actor_of(request)
    asked = queries.filters(by, request.GET)
    buffer = BytesIO()
    written = sheets.write_list(buffer, queries.narrowed(queries.visible(by), asked))
    after = {"query": asked.query(), "rows": written}
    with transaction.atomic():
        entry = trail.Entry("enforcement.export", "enforcement.entry", "list", after=after)
        trail.record([entry], by=by, at=timezone.now())
    return _download(buffer, f"{_('Book of enforcement')}.xlsx")


@require_http_methods(["GET", "POST"])
@requires("enforcement.enter")
def sheet(request: HttpRequest) -> HttpResponse:
    """Take in a filled workbook: what is right is entered, what isn't is told by row."""
    by, at = actor_of(request), timezone.now()
    context: dict[str, object] = {"rows_max": commands.ENTRIES_MAX}
    status = 200
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        status = 422
        messages.error(request, _("Choose a workbook (.xlsx, .xls or .csv)."))
    elif file is not None:
        whole = bool(request.POST.get("whole"))
        try:
            with uploaded([file]) as [(name, path)]:
                unit = main_unit(by, ENTERS)
                read = reading.read(path, name, by, unit, timezone.localdate(at))
        except Refusal as refusal:
            if refusal.status >= 500:
                raise
            status = 422
            messages.error(request, str(refusal))
        else:
            takes = read.entries and not (whole and read.wrong)
            outcome = (
                commands.enter(read.entries, by=by, at=at, request_id=uuid7())
                if takes
                else commands.Outcome([])
            )
            context |= {
                "read": read, "entered": len(outcome.entered), "whole": whole,
                "wrong": read.wrong[:WRONG_MAX],
            }  # fmt: skip
    page = "enforcement/sheet.html"
    return render_page(request, page, page, context, status)
