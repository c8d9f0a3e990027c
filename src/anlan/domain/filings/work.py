"""Filings in the worklist: to fill in, to check, to review, to receive, corrections to decide."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.filings.loop import KIND, STATES
from anlan.domain.filings.models import Entry, Filing
from anlan.domain.lists.permissions import ANSWERS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop.models import Extension, Party, PartyRole
from anlan.kernel.loop.worklist import Tray, Work, opened

ROW = ("case", "case__area", "form", "unit")


def trays(by: Actor) -> list[Tray]:
    units = policy.units_of(by, ANSWERS)
    wishes = Extension.objects.filter(granted=None)
    corrections = Entry.objects.filter(status="wished")
    mine = Party.objects.filter(
        unit__in=policy.units_of(by, JUDGES), until=None, role=PartyRole.ASSIGNER, rank__gt=1,
        confirmed_at=None,
    )  # fmt: skip
    waiting = Party.objects.filter(
        until=None, role=PartyRole.ASSIGNER, rank__gt=1, confirmed_at=None, case__kind=KIND
    )
    return [
        Tray("extension", _("extensions to decide"),
             opened((KIND,), state="assigned") & Q(pk__in=wishes.values("case")),
             "filings.decide_extension"),
        Tray("file", _("forms to fill in"), opened((KIND,), state="assigned") & Q(unit__in=units),
             "filings.file"),
        Tray("check", _("filings to check"), opened((KIND,), state="rectified"), "filings.check"),
        Tray("review", _("filings to review"),
             opened((KIND,), state="verified") & Q(pk__in=mine.values("case")), "filings.review"),
        Tray("receive", _("filings to receive"),
             opened((KIND,), state="verified") & ~Q(pk__in=waiting.values("case")),
             "filings.receive"),
        Tray("correct", _("corrections to decide"),
             Q(pk__in=corrections.values("filing")), "filings.receive"),
    ]  # fmt: skip


WORK = Work(
    kinds={KIND: _("filing of a form")},
    model=Filing,
    related=ROW,
    view="filings.view",
    trays=trays,
    title=lambda row: f"{row.form.title} {row.code}",
    whose=lambda row: row.unit.name,
    state=lambda row: str(STATES[row.case.state]),
)
