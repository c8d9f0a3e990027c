"""What the auditor searches. Looking is an act too, and is put on record (S27)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.limits import IN_LIST_MAX, PAGE_ROWS
from anlan.base.refusal import Refusal
from anlan.kernel.audit import trail
from anlan.kernel.audit.models import AuditRow, SubjectKey

EXPORT_ROWS_MAX = 100_000


@dataclass(frozen=True)
class Search:
    """What to look for; empty means any."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    result: str = ""
    address: str = ""

    def stated(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.__dict__.items() if value}

    def rows(self) -> QuerySet[AuditRow]:
        """Newest first. ``action`` may be a beginning ("hazard."), the others are exact."""
        found = AuditRow.objects.order_by("-id")
        if self.since:
            found = found.filter(at__gte=self.since)
        if self.until:
            found = found.filter(at__lt=self.until)
        if self.action.endswith("."):
            found = found.filter(action__gte=self.action, action__lt=self.action[:-1] + "/")
        elif self.action:
            found = found.filter(action=self.action)
        for name in ("actor", "object_type", "object_id", "result", "address"):
            value = getattr(self, name)
            if value:
                found = found.filter(**{name: value})
        return found


@dataclass(frozen=True)
class Page:
    rows: list[AuditRow]
    #: Hand it back as ``before`` for the next page; None at the end.
    next: int | None


def page(search: Search, before: int | None = None, size: int = PAGE_ROWS) -> Page:
    """One page by keyset: as quick at the millionth row as at the first."""
    found = search.rows()
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], rows[size - 1].id if more else None)


@transaction.atomic
def look(
    search: Search, *, by: Actor, at: datetime, before: int | None = None, size: int = PAGE_ROWS
) -> Page:
    """A page for the auditor, whose search goes on record in the same transaction."""
    entry = trail.Entry("audit.search", "audit.auditrow", before or "", after=search.stated())
    found = page(search, before, size)
    trail.record([entry], by=by, at=at)
    return found


class ExportTooLarge(Refusal):
    """More rows than one file takes; nothing was written."""

    code = "audit_export_too_large"
    message = _(
        "The selection has more than %(max)s records. Narrow it, by day or by act, and take it "
        "out in parts."
    )
    status = 413


@transaction.atomic
def one(pk: int, *, by: Actor, at: datetime) -> AuditRow | None:
    """One row for the auditor, whose looking goes on record."""
    row = AuditRow.objects.filter(pk=pk).first()
    if row is not None:
        trail.record([trail.Entry("audit.open", "audit.auditrow", pk)], by=by, at=at)
    return row


@transaction.atomic
def selection(search: Search, *, by: Actor, at: datetime) -> tuple[int, QuerySet[AuditRow]]:
    """All that a search finds, counted, as it is now; on record before a row goes out.

    The rows are read while they are sent, so they end at the newest id of this moment.
    """
    newest = AuditRow.objects.order_by("-id").values_list("id", flat=True).first() or 0
    found = search.rows().filter(id__lte=newest)
    count = found.order_by()[: EXPORT_ROWS_MAX + 1].count()
    if count > EXPORT_ROWS_MAX:
        raise ExportTooLarge(max=EXPORT_ROWS_MAX)
    after = {**search.stated(), "rows": count}
    entry = trail.Entry("audit.export", "audit.auditrow", "", after=after)
    trail.record([entry], by=by, at=at)
    return count, found


def values(text: str | None) -> dict[str, Any]:
    """``before`` or ``after`` as shown: a person's values stay closed ({"personal": subject})."""
    closed: dict[str, Any] = _walk(json.loads(text or "{}"), lambda v: {"personal": v["personal"]})
    return closed


def _walk(value: Any, each: Callable[[dict[str, str]], Any]) -> Any:
    """``value`` with ``each`` applied to every personal value in it, however deep."""
    if isinstance(value, list):
        return [_walk(inner, each) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"personal", "suite", "sealed"}:
        return each(value)
    return {name: _walk(inner, each) for name, inner in value.items()}


def reveal(row: AuditRow, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
    """``before`` and ``after`` with the persons' values opened; on record, with the reason.

    A value whose person was forgotten is None.
    """
    sides = {name: json.loads(getattr(row, name) or "{}") for name in ("before", "after")}
    subjects: list[str] = []
    _walk([*sides.values()], lambda value: subjects.append(value["personal"]))
    keys = {
        kept.subject: crypto.unseal(bytes(kept.wrapped), kept.subject, trail.WRAP_PURPOSE)
        for kept in SubjectKey.objects.filter(subject__in=subjects[:IN_LIST_MAX])
        if kept.wrapped is not None
    }
    with transaction.atomic():
        entry = trail.Entry("audit.reveal", "audit.auditrow", row.pk, reason=reason)
        trail.record([entry], by=by, at=at)

    def opened(value: dict[str, str]) -> Any:
        secret = keys.get(value["personal"])
        return None if secret is None else trail.open_personal(value, secret)

    return {name: _walk(side, opened) for name, side in sides.items()}


@transaction.atomic
def forget(subject: str, *, by: Actor, at: datetime, reason: str) -> bool:
    """Make a person's values in the audit unreadable for ever; the chain stays whole."""
    done = SubjectKey.objects.filter(subject=subject, forgotten_at=None).update(
        wrapped=None, forgotten_at=at
    )
    entry = trail.Entry("audit.forget", "audit.subject", subject, reason=reason)
    trail.record([entry], by=by, at=at)
    return bool(done)
