"""Filings and roll-ups as workbooks, in and out; versions of a form; forms that are shipped."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.filings import (
    checking,
    columns,
    commands,
    deriving,
    designing,
    entering,
    figuring,
    grids,
    queries,
    rollup,
    sheets,
    shipped,
)
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Entry, Filing, Version
from anlan.domain.filings.terms import Definition
from anlan.domain.filings.views.design import cell_words
from anlan.domain.filings.views.forms import form_of, rule_words
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit import trail
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.papers.batches import uploaded
from anlan.kernel.papers.sheets.writing import OutTable, write_tables
from anlan.ui.pages import go_on, render_page

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Broken cells that the page shows.
WRONG_MAX = 200
#: Cells that one message names.
NAMED_MAX = 8


def download(buffer: BytesIO, name: str) -> HttpResponse:
    response = HttpResponse(buffer.getvalue(), content_type=SPREADSHEET)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


def _on_record(action: str, kind: str, pk: Any, by: Any, **after: Any) -> None:
    with transaction.atomic():
        entry = trail.Entry(action, kind, str(pk), after=after)
        trail.record([entry], by=by, at=timezone.now())


def _filing(pk: UUID, permission: str, by: Any, at: Any = None) -> Filing:
    rows = Filing.objects.select_related("form__unit", "asked", "unit__area", "case__area")
    return policy.access(rows, permission, by, pk, at=at)


@require_GET
@requires("filings.view")
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The filing as a workbook: to be kept, or to be filled in and read in again."""
    by, at = actor_of(request), timezone.now()
    row = _filing(pk, "filings.view", by)
    asked = Asked.of(row)
    standing = row.entries.filter(status__in=Entry.STANDING).first()
    if standing is not None:
        shown = figuring.entry_shown(asked, standing, at)
        texts = grids.texts(asked, standing.values)
        lists = {
            key: [[one.day, one.subject, one.what]
                  for one in standing.records.filter(cell=key).order_by("place")]
            for key in asked.lists
        }  # fmt: skip
    else:
        typed = entering.read(asked, row.draft.get("values", {}), {})
        shown = figuring.shown(asked, typed.values, at=at, judged=False)
        texts, lists = row.draft.get("values", {}), row.draft.get("lists", {})
    buffer = BytesIO()
    written = sheets.write(buffer, asked, shown, texts, lists, standing)
    _on_record("filings.export", "case", pk, by, rows=written)
    return download(buffer, f"{row.form.title} {row.code} {row.unit.name}.xlsx")


@require_http_methods(["GET", "POST"])
@requires("filings.file")
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read the filled-in workbook into the draft; broken cells are told by their places."""
    by, at = actor_of(request), timezone.now()
    row = _filing(pk, "filings.file", by, at)
    asked, status = Asked.of(row), 200
    context: dict[str, Any] = {
        "row": row, "form": row.form, "period": columns.period_label(row.code),
        "request_id": uuid7(),
    }  # fmt: skip
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        messages.error(request, _("Choose a workbook (.xlsx, .xls or .csv)."))
        status = 422
    elif file is not None:
        sent = StepForm(request.POST)
        if not sent.is_valid():
            raise NotFound
        with uploaded([file]) as [(name, path)]:
            read = sheets.read(path, name, asked)
        differs = _differs(row, asked, read)
        if read.wrong:
            # All or nothing: half a sheet in the draft would look like a whole one.
            context |= {"wrong": read.wrong[:WRONG_MAX], "wrong_count": len(read.wrong)}
            status = 422
        elif differs and not request.POST.get("over"):
            context |= {"differs": differs}
            status = 422
        else:
            _into_draft(request, row, asked, read, sent.cleaned_data["request_id"], by, at)
            return go_on(request, reverse("filings:page", args=[pk]))
    return render_page(request, "filings/upload.html", "filings/upload.html", context, status)


def _differs(row: Filing, asked: Asked, read: sheets.Read) -> list[tuple[str, str, str]]:
    """Cells that a colleague kept since the workbook was taken out, and that it would change."""
    if read.seq is None or read.seq == row.draft_seq:
        return []
    kept = row.draft.get("values", {})
    return [
        (asked.known[key].label, read.values.get(key, ""), kept[key])
        for key in read.where
        if kept.get(key) and _same_as(kept[key], asked.digits[key])
        != _same_as(read.values.get(key), asked.digits[key])
    ]  # fmt: skip


def _same_as(said: Any, digits: int) -> Any:
    """By which two writings of a cell are the same: their number, else their words."""
    value = entering.number(said, digits)
    return str(said) if entering.is_unreadable(value) else value


def _into_draft(request: HttpRequest, row: Filing, asked: Asked, read: sheets.Read,
                request_id: UUID, by: Any, at: Any) -> None:  # fmt: skip
    """What the workbook says; what it has no cell for stays in the draft as it was."""
    values, lists = row.draft.get("values", {}), row.draft.get("lists", {})
    beside = {key: text for key, text in values.items() if key not in read.where}
    old = {key: rows for key, rows in lists.items() if key not in read.lists_seen}
    commands.save(
        row.pk, values={**beside, **read.values}, lists={**old, **read.lists},
        reasons=row.draft.get("reasons", {}), seq=row.draft_seq, by=by, at=at,
        request_id=request_id,
    )  # fmt: skip
    messages.success(
        request, _("%(n)d cells stand in the draft now. Look at them and submit.")
        % {"n": len(read.values)},
    )  # fmt: skip
    own, listing = (*asked.typed, *asked.texts), set(asked.lists)
    absent = [asked.known[key].label for key in own if key not in listing | read.where.keys()]
    for text, labels in (
        (_("Not in the workbook, so as they were: %(cells)s"), absent),
        (_("Filled by the system, so not taken from the workbook: %(cells)s"), read.ignored),
    ):
        if labels:
            more = f" … (+{len(labels) - NAMED_MAX})" if len(labels) > NAMED_MAX else ""
            messages.warning(request, text % {"cells": "、".join(labels[:NAMED_MAX]) + more})
    if read.seq is None:
        messages.warning(request, _(
            "The workbook doesn't say which filing it is of. Look at unit and period once more."
        ))  # fmt: skip


@require_GET
@requires("forms.view")
def export(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """The roll-up as a workbook: a sheet for each section, unit by cell, with the sums."""
    by, at = actor_of(request), timezone.now()
    form = form_of(pk, "forms.view", by)
    if code not in rollup.codes_of(form):
        raise NotFound
    tables, buffer = [], BytesIO()
    found = rollup.table(form, code, by, at, whole=True)
    with translation.override("zh-hans"):
        for section in found.asked.definition.sections:
            keys = [one.key for one in found.asked.known.values()
                    if one.section.key == section.key]  # fmt: skip
            headers = ["单位", "报送情况", *[found.asked.known[key].label for key in keys]]
            rows = [
                [line.filing.unit.name, str(queries.STANDS[line.how]),
                 *[checking.written(line.values.get(key), found.asked.digits[key]) for key in keys]]
                for line in found.lines
            ]  # fmt: skip
            done, owed = queries.complete(found.counts)
            if found.totals:
                rows.append(["合计", f"{done}/{owed}", *[found.totals[key].text for key in keys]])
            titles = [form.title, f"{form.unit.name}　{found.period.label}"]
            tables.append(OutTable(name=section.title or form.title, headers=headers, rows=rows,
                                   titles=titles, widths=(36, 14)))  # fmt: skip
        written = write_tables(buffer, tables)
    _on_record("forms.export", "form", pk, by, period=code, rows=written)
    return download(buffer, f"{form.title} {code}.xlsx")


@require_GET
@requires("forms.view")
def version(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One version of a form as it asks, and what it changed against the one before."""
    by = actor_of(request)
    form = form_of(pk, "forms.view", by)
    row = form.versions.filter(number=number).first()
    if row is None or (row.status == Version.Status.DRAFT and not policy.allowed(
            type(form), pk, {"forms.edit"}, by)):  # fmt: skip
        raise NotFound
    definition = Definition.of(row.definition)
    before = form.versions.filter(number__lt=number).order_by("-number").first()
    changed = designing.differences(Definition.of(before.definition), definition) if before else []
    context = {
        "form": form, "version": row, "definition": definition, "words": cell_words(definition),
        "before": before, "changed": changed, "items": deriving.items_of(definition),
        "rules": [rule_words(one, definition) for one in definition.rules],
    }  # fmt: skip
    return render_page(request, "filings/version.html", "filings/version.html", context)


@require_http_methods(["GET", "POST"])
@requires("forms.make")
def shipped_forms(request: HttpRequest) -> HttpResponse:
    """Forms that come with the software: looked at, and taken over as a draft."""
    by, at = actor_of(request), timezone.now()
    if request.method == "POST":
        sent = StepForm(request.POST)
        if not sent.is_valid() or request.POST.get("name") not in shipped.NAMES:
            raise NotFound
        made = shipped.take_over(
            request.POST["name"], by=by, at=at, request_id=sent.cleaned_data["request_id"]
        )
        messages.success(request, _("Taken over as a draft. Say who files it, then issue it."))
        return go_on(request, reverse("filings:form", args=[made]))
    forms = [(name, shipped.read(name)) for name in shipped.NAMES]
    context = {"forms": forms, "request_id": uuid7}
    return render_page(request, "filings/shipped.html", "filings/shipped.html", context)
