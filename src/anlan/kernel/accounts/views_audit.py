"""The auditor's page: what was put on record. Looking is put on record as well (S27)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts import words
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.words import act
from anlan.kernel.audit import queries
from anlan.kernel.audit.models import AuditRow
from anlan.ui.lists import Choice, Column, Days, Filters, Search, chosen
from anlan.ui.pages import render_page

RESULTS = (("ok", _("carried out")), ("denied", _("denied")))


def _changes(row: AuditRow) -> str:
    """Field: before → after; personal values stay closed."""
    before, after = queries.values(row.before), queries.values(row.after)
    parts = []
    for name in {**before, **after}:
        old, new = _shown(before.get(name)), _shown(after.get(name))
        label = words.field(name)
        parts.append(f"{label}: {old} → {new}" if old else f"{label}: {new}")
    return "；".join(parts)


def _shown(value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"personal"}:
        return "●●●"
    return "" if value is None else str(value)


def _object(row: AuditRow) -> str:
    return f"{words.thing(row.object_type)} {row.object_id}".strip()


COLUMNS = (
    Column("at", _("When"), kind="moment"),
    Column("actor", _("Who"), cell=lambda row: words.who(row.actor)),
    Column("address", _("Address"), phone=False),
    Column("act", _("Act"), cell=lambda row: act(row.action)),
    Column("action", _("Code of the act"), shown=False),
    Column("object", _("On what"), cell=_object),
    Column("result", _("Result"), cell=lambda row: str(dict(RESULTS).get(row.result, row.result))),
    Column("reason", _("Why"), kind="text"),
    Column("changes", _("Before and after"), cell=_changes, kind="text"),
)


@requires("audit.view", management=True)
def audit_list(request: HttpRequest) -> HttpResponse:
    wanted = Filters(
        (
            Search("actor", _("Who")),
            Search("action", _("Code of the act, such as hazard.assign or hazard.")),
            Choice("object_type", _("Kind of object"), list(words.THINGS.items())),
            Search("object_id", _("Number of the object")),
            Search("address", _("Address")),
            Choice("result", _("Result"), RESULTS),
            Days("at", _("Day")),
        ),
        request.GET,
    )
    search = queries.Search(
        since=_midnight(wanted["at_from"]),
        until=_midnight(wanted["at_to"], after=1),
        **{
            name: wanted[name] or ""
            for name in ("actor", "action", "object_type", "object_id", "result", "address")
        },
    )
    text = request.GET.get("after", "")
    before = int(text) if text.isdecimal() and len(text) < 19 else None
    page = queries.look(search, by=actor_of(request), at=timezone.now(), before=before)
    context = {
        "rows": page.rows,
        "turn": {"before": "", "after": str(page.next or "")},
        "columns": chosen(COLUMNS, request.GET.get("cols", "")),
        "all_columns": COLUMNS,
        "filters": wanted,
    }
    return render_page(request, "accounts/audit.html", "accounts/_audit.html", context)


def _midnight(day: Any, after: int = 0) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time()))
