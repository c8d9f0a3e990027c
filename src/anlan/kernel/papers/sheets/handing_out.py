"""A workbook as a download."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from django.db import transaction
from django.http import FileResponse, HttpResponse

from anlan.base.actor import Actor
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.scratch import scratch
from anlan.kernel.papers.sheets.writing import OutTable, write_tables


def handed_out(
    name: str, tables: Iterable[OutTable], entry: trail.Entry, *, by: Actor, at: datetime
) -> HttpResponse:
    """The tables as a file ``name``; on record before it goes out (S22).

    entry:  what the record says of it; the number of rows is added.
    Raises AuditUnwritable: what can't be put on record doesn't go out.
    """
    with scratch() as folder:
        path = folder / "out.xlsx"
        rows = write_tables(path, tables)
        counted = replace(entry, after={**(entry.after or {}), "rows": rows})
        with transaction.atomic():
            trail.record([counted], by=by, at=at)
        # What is open stays readable when its name is gone.
        handle = path.open("rb")
    response = FileResponse(handle, content_type="application/octet-stream")
    shown = quote(name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{shown}"
    return response  # type: ignore[return-value]
