"""The auditor's selection as a file: streamed, marked with who took it out, itself on record."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO
from itertools import islice
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import words
from anlan.kernel.accounts.counts import Limit
from anlan.kernel.accounts.gate import actor_of, limited, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.trail_names import Names
from anlan.kernel.accounts.views_audit import filters, result, search_of
from anlan.kernel.accounts.words import act
from anlan.kernel.audit import queries
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.papers.sheets.scratch import scratch
from anlan.kernel.papers.sheets.writing import OutTable, cell_text, write_tables

FETCHED_AT_ONCE = 500
#: Exports of one auditor in an hour.
EXPORTS = Limit("audit_export", times=30, seconds=3600)
WIDTHS = (10, 18, 16, 18, 16, 22, 22, 26, 10, 28, 60)


@requires("audit.export", management=True)
@limited(EXPORTS)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """What the auditor's filters select, as xlsx or csv."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    by, now = actor_of(request), timezone.now()
    wanted = filters(request)
    count, rows = queries.selection(search_of(wanted), by=by, at=now)
    mark = _mark(by, now, [text for text, _url in wanted.chips], count)
    name = f"{_('Audit')}-{timezone.localtime(now):%Y%m%d-%H%M}.{kind}"
    answer = _csv_answer(mark, rows) if kind == "csv" else _xlsx(mark, rows)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _mark(by: Actor, at: datetime, chosen: list[str], count: int) -> list[str]:
    """Who took it out, when, from where, by which filter: the first lines of every file."""
    unit = Unit.objects.filter(pk=by.unit_id or 0).values_list("name", flat=True).first() or ""
    said = {
        "name": f"{by.name} {unit}".strip(),
        "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}",
        "address": by.address or "—",
    }
    return [
        _("Taken out by %(name)s on %(when)s from %(address)s") % said,
        _("Filter: %(filter)s · %(count)d records")
        % {"filter": "；".join(chosen) or _("none"), "count": count},
    ]


def _headers() -> list[str]:
    return [
        _("Number"), _("When"), _("Who"), _("Address"), _("Unit"), _("Act"), _("Code of the act"),
        _("On what"), _("Result"), _("Why"), _("Before and after"),
    ]  # fmt: skip


def _lines(rows: QuerySet[AuditRow]) -> Iterator[list[str]]:
    """The records as texts, a batch at a time: names are looked up once a batch."""
    source = rows.iterator(chunk_size=FETCHED_AT_ONCE)
    while part := list(islice(source, FETCHED_AT_ONCE)):
        names = Names(part)
        ids = {row.unit_id for row in part if row.unit_id}
        units = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
        for row in part:
            changes = (
                f"{name}: {before} → {after}" if before else f"{name}: {after}"
                for name, before, after in names.changes(row)
            )
            yield [
                str(row.pk), f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}",
                words.who(row.actor), row.address, units.get(row.unit_id or 0, ""),
                act(row.action), row.action, names.object_of(row), result(row), row.reason,
                "；".join(changes),
            ]  # fmt: skip


def _csv_answer(mark: list[str], rows: QuerySet[AuditRow]) -> HttpResponse:
    return StreamingHttpResponse(  # type: ignore[return-value]  # no common type in Django's stubs
        _csv(mark, rows), content_type="text/csv; charset=utf-8"
    )


def _csv(mark: list[str], rows: QuerySet[AuditRow]) -> Iterator[bytes]:
    """With a mark of order first, without which spreadsheets misread Chinese."""
    yield "\ufeff".encode()
    for line in _chained([[text] for text in mark], [_headers()], _lines(rows)):
        out = StringIO()
        csv.writer(out).writerow([cell_text(text) for text in line])
        yield out.getvalue().encode()


def _chained(*parts: Iterable[list[str]]) -> Iterator[list[str]]:
    for part in parts:
        yield from part


def _xlsx(mark: list[str], rows: QuerySet[AuditRow]) -> HttpResponse:
    with scratch() as folder:
        table = OutTable(
            name=_("Audit"), headers=_headers(), rows=_lines(rows), titles=mark, widths=WIDTHS
        )
        path = folder / "audit.xlsx"
        write_tables(path, [table])
        handle = path.open("rb")
    return FileResponse(handle, content_type="application/octet-stream")  # type: ignore[return-value]
