"""What a campaign counts in its own days, and with whom it shares tasks, as a workbook."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Campaign
from anlan.domain.campaigns.progress.counting import said_where
from anlan.domain.campaigns.sharing import queries as sharing
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable


def answer(campaign: Campaign, *, by: Actor, at: datetime) -> HttpResponse:
    """The workbook as a download; on record before it goes out (S22)."""
    name = _("%(campaign)s – counters.xlsx") % {"campaign": campaign.title}
    entry = trail.Entry("campaigns.export_counters", "campaign", campaign.pk)
    return handed_out(name, _tables(campaign, by, at), entry, by=by, at=at)


def _tables(campaign: Campaign, by: Actor, at: datetime) -> list[OutTable]:
    taken = _("Taken out by %(name)s on %(when)s") % {
        "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    sums = sharing.memberships(campaign, by)
    return [
        OutTable(
            name=_("Counters"), titles=[campaign.title, taken],
            headers=[_("Name"), _("What counts it"), _("Narrowed to"),
                     _("First day"), _("Until"), _("Counted"), _("Wanted"), _("State")],
            widths=(36, 36, 24, 12, 12, 12, 12, 16),
            rows=[_row(one) for one in sharing.counters(campaign, at)],
        ),
        OutTable(
            name=_("Shared tasks"),
            headers=[_("Campaign"), _("Tasks there"), _("In both"), _("Together, each once")],
            widths=(44, 12, 12, 18),
            rows=[[campaign.title, sums.tasks, None, None],
                  *([one.campaign.title, one.tasks, one.both, one.together]
                    for one in sums.others)],
        ),
    ]  # fmt: skip


def _row(one: sharing.Counted) -> list[Any]:
    counter, figure = one.counter, one.figure
    if figure is None:
        return [counter.name, "", "", None, None, None, counter.wanted, _("not counted any more")]
    return [
        counter.name, str(figure.counting.label), said_where(figure.counting.parts[0][1]),
        figure.period.start, figure.period.end, figure.value, counter.wanted,
        str(figure.verdict.label),
    ]  # fmt: skip
