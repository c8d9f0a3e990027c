"""A paper as a workbook: its head, each finding with its reply, and the return reports."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.supervision.loop import NAMES, STATES
from anlan.domain.supervision.models import Outcome, Paper
from anlan.domain.supervision.queries import Around
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable


def answer(paper: Paper, around: Around, *, by: Actor, at: datetime) -> HttpResponse:
    """The workbook as a download; on record before it goes out (S22)."""
    tables = [_items(paper, around, by, at), _answers(around)]
    entry = trail.Entry("paper.export", "case", str(paper.pk))
    return handed_out(f"{paper.number}.xlsx", tables, entry, by=by, at=at)


def _items(paper: Paper, around: Around, by: Actor, at: datetime) -> OutTable:
    titles = [
        f"{NAMES[paper.kind]} {paper.number}",
        paper.subject,
        _("From %(office)s to %(receiver)s; answer due on %(due)s; %(state)s") % {
            "office": paper.office.name, "receiver": paper.receiver.name,
            "due": paper.case.due_on, "state": STATES[paper.case.state],
        },
        _("Taken out by %(name)s on %(when)s") % {
            "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
        },
    ]  # fmt: skip
    headers = [
        _("No."), _("Number"), _("Description"), _("Area"), _("Enterprise"), _("Day found"),
        _("How it stands"), _("Reply"), _("Replied on"), _("Replied by"),
    ]  # fmt: skip
    return OutTable(
        name=_("Findings"),
        headers=headers,
        widths=(6, 24, 50, 24, 28, 12, 12, 50, 18, 14),
        titles=titles,
        rows=[
            [
                item.order,
                item.hazard.case.number,
                item.hazard.description,
                item.hazard.case.area.full_name,
                item.hazard.enterprise.name if item.hazard.enterprise else "",
                item.hazard.case.opened_on,
                str(Outcome(item.outcome).label) if item.outcome else "",
                item.reply,
                timezone.localtime(item.replied_at) if item.replied_at else None,
                item.replied_by,
            ]
            for item in around.items
        ],
    )


def _answers(around: Around) -> OutTable:
    return OutTable(
        name=_("Return reports"),
        headers=[_("Unit"), _("When"), _("Entered by"), _("Text")],
        widths=(28, 18, 14, 80),
        rows=[
            [row.unit.name, timezone.localtime(row.at), row.name, row.text]
            for row in around.answers
        ],
    )
