"""A workbook as a download."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import units
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.scratch import scratch
from anlan.kernel.papers.sheets.writing import OutTable, write_tables


def mark_of(by: Actor, at: datetime) -> str:
    """Who takes a file out, of which unit, and when."""
    who = " ".join(filter(None, [units.name_of(by), by.name]))
    when = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    return _("Taken out by %(name)s on %(when)s") % {"name": who, "when": when}


def handed_out(
    name: str, tables: Iterable[OutTable], entry: trail.Entry, *, by: Actor, at: datetime
) -> HttpResponse:
    """The tables as a file ``name``; on record before it goes out (S22).

    entry:  what the record says of it; the number of rows is added.
    Raises AuditUnwritable: what can't be put on record doesn't go out.
    """
    with scratch() as folder:
        path = folder / "out.xlsx"
        rows = write_tables(path, tables, mark_of(by, at))
        counted = replace(entry, after={**(entry.after or {}), "rows": rows})
        with transaction.atomic():
            trail.record([counted], by=by, at=at)
        # What is open stays readable when its name is gone.
        handle = path.open("rb")
    response = FileResponse(handle, content_type="application/octet-stream")
    shown = quote(name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{shown}"
    return response  # type: ignore[return-value]
