"""The auditor's pages: what was put on record. Looking is put on record as well (S27)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.refusal import NotFound
from anlan.kernel.accounts import counts, lists, words
from anlan.kernel.accounts.gate import actor_of, fresh, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.trail_names import Names, has_personal
from anlan.kernel.accounts.words import act
from anlan.kernel.audit import queries
from anlan.kernel.audit.models import AuditRow
from anlan.ui.lists import Choice, Column, Days, Filters, Search
from anlan.ui.pages import render_page

RESULTS = (("ok", _("carried out")), ("denied", _("denied")))
#: Why something was denied, where a code is kept of it.
DENIED = {
    "not_allowed": _("None of their posts allows this step here, or the row was past it."),
    "not_found": _("They may not see it; they were told that it isn't there."),
    "network": _("Administration is closed to the network they were in."),
    "seal_broken": _("The row was changed past the program."),
    "refused": _("What they gave to sign in was wrong."),
}
#: Records that one auditor may open in an hour: enough to follow a complaint, not to copy a town.
REVEALS = counts.Limit("reveal", times=30, seconds=3_600)
REASON_CHARS_MAX = 500
#: Differences that a line of the list shows; the record's own page has them all.
CHANGES_SHOWN_MAX = 4


def _changes(row: AuditRow) -> Any:
    found = row.names.changes(row)  # type: ignore[attr-defined]  # set by ``named``
    lines = [
        format_html(
            "<tr><th scope=row>{}</th><td>{}<ins>{}</ins></td></tr>",
            name,
            format_html("<del>{}</del> → ", before) if before else "",
            after or "—",
        )
        for name, before, after in found[:CHANGES_SHOWN_MAX]
    ]
    if not lines:
        return ""
    table = format_html_join("", "{}", ((line,) for line in lines))
    more = "…" if len(found) > CHANGES_SHOWN_MAX else ""
    return format_html('<table class="diff">{}</table>{}', table, more)


def why(row: AuditRow) -> str:
    return str(DENIED.get(row.reason) or stored.shown(row.reason))


def named(rows: Sequence[AuditRow]) -> Names:
    """Give each row the names of what it speaks of; a statement for each kind of thing."""
    names = Names(rows)
    for row in rows:
        row.names = names  # type: ignore[attr-defined]  # for the columns
    return names


lists.register("accounts:audit")
COLUMNS = (
    Column("at", _("When"), kind="moment",
           link=lambda row: reverse("accounts:audit_row", args=[row.pk])),
    Column("actor", _("Who"), cell=lambda row: words.who(row.actor)),
    Column("address", _("Address"), phone=False),
    Column("act", _("Act"), cell=lambda row: act(row.action)),
    Column("action", _("Code of the act"), shown=False),
    Column("object", _("On what"), cell=lambda row: row.names.object_of(row), kind="text"),
    Column("result", _("Result"), cell=lambda row: result(row)),
    Column("reason", _("Why"), cell=why, kind="text"),
    Column("changes", _("Before and after"), cell=_changes, kind="text"),
)  # fmt: skip


def result(row: AuditRow) -> str:
    return str(dict(RESULTS).get(row.result, row.result))


def filters(request: HttpRequest) -> Filters:
    return Filters(
        (
            Search("actor", _("Who")),
            Search("action", _("Code of the act, such as hazard.assign or hazard.")),
            Choice("object_type", _("Kind of object"), words.objects),
            Search("object_id", _("Number of the object")),
            Search("address", _("Address")),
            Choice("result", _("Result"), RESULTS),
            Days("at", _("Day")),
        ),
        request.GET,
    )


def search_of(wanted: Filters) -> queries.Search:
    """The search that the filters mean; the export takes the same."""
    return queries.Search(
        since=_midnight(wanted["at_from"]),
        until=_midnight(wanted["at_to"], after=1),
        **{
            name: wanted[name] or ""
            for name in ("actor", "action", "object_type", "object_id", "result", "address")
        },
    )


@requires("audit.view", management=True)
def audit_list(request: HttpRequest) -> HttpResponse:
    wanted = filters(request)
    text = request.GET.get("after", "")
    before = int(text) if text.isdecimal() and len(text) < 19 else None
    page = queries.look(search_of(wanted), by=actor_of(request), at=timezone.now(), before=before)
    named(page.rows)
    kept = lists.Kept(request, COLUMNS)
    context = {
        "rows": page.rows,
        "turn": {"before": "", "after": str(page.next or "")},
        "columns": kept.columns,
        "kept": kept,
        "filters": wanted,
        "exports": _exports(wanted),
    }
    return render_page(request, "accounts/audit.html", "accounts/_audit.html", context)


def _exports(wanted: Filters) -> list[tuple[str, str]]:
    """Addresses of the workbook and of the text, which an app above this one writes."""
    try:
        return [
            (kind, f"{reverse('audit:export', args=[kind])}?{wanted.query()}")
            for kind in ("xlsx", "csv")
        ]
    except NoReverseMatch:
        return []


@requires("audit.view", management=True)
def audit_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One record, with every difference."""
    row = queries.one(pk, by=actor_of(request), at=timezone.now())
    if row is None:
        raise NotFound
    return _row_page(request, row)


@requires("audit.reveal", management=True)
@fresh
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The same record with its personal values opened, for a reason that is put on record.

    Shown in the answer and nowhere kept: opening the page again shows them closed.
    """
    by, now = actor_of(request), timezone.now()
    row = queries.one(pk, by=by, at=now)
    if row is None:
        raise NotFound
    if request.method != "POST":
        return _row_page(request, row)
    reason = request.POST.get("reason", "").strip()[:REASON_CHARS_MAX]
    if not reason:
        error = _("Write why you must see it: whoever checks you later reads it.")
        return _row_page(request, row, error=str(error), status=422)
    counts.hit(REVEALS, str(by.user_id), now)
    return _row_page(request, row, opened=queries.reveal(row, by=by, at=now, reason=reason))


def _row_page(
    request: HttpRequest,
    row: AuditRow,
    *,
    opened: dict[str, Any] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    names = named([row])
    unit = Unit.objects.filter(pk=row.unit_id or 0).values_list("name", flat=True).first()
    context = {
        "row": row,
        "unit": unit or "",
        "who": words.who(row.actor),
        "act": act(row.action),
        "object": names.object_of(row),
        "result": result(row),
        "why": why(row),
        "changes": names.changes(row, opened),
        "closed": has_personal(row) and opened is None,
        "opened": opened is not None,
        "error": error,
    }
    return render(request, "accounts/audit_row.html", context, status=status)


def _midnight(day: Any, after: int = 0) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time()))
