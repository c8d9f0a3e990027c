"""Who carries a campaign as a workbook: bodies, members with their days, central units."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.carrying import queries_organs
from anlan.domain.campaigns.models import Campaign, OrganMember
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable


def answer(campaign: Campaign, *, by: Actor, at: datetime) -> HttpResponse:
    """The workbook as a download; on record before it goes out (S22)."""
    name = _("%(campaign)s – who carries it.xlsx") % {"campaign": campaign.title}
    entry = trail.Entry("campaigns.export", "campaign", campaign.pk)
    return handed_out(name, _tables(campaign, by, at), entry, by=by, at=at)


def _tables(campaign: Campaign, by: Actor, at: datetime) -> list[OutTable]:
    today = timezone.localdate(at)
    bodies = queries_organs.bodies(campaign, by, today)
    taken = _("Taken out by %(name)s on %(when)s") % {
        "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    members = OrganMember.objects.filter(organ__campaign=campaign).select_related("unit")
    by_organ: dict[object, list[OrganMember]] = {}
    for member in members:
        by_organ.setdefault(member.organ_id, []).append(member)
    names: dict[object, str] = {body.organ.pk: body.organ.name for body in bodies}
    return [
        OutTable(
            name=_("Bodies"), titles=[campaign.title, taken],
            headers=[_("Kind"), _("Name of the body"), _("Part of"), _("Sectors"), _("Head"),
                     _("Members"), _("Set up on"), _("Dissolved on"),
                     _("Paper by which it was set up"), _("Plans it answers for"), _("Tasks"),
                     _("Finished"), _("Behind time")],
            widths=(14, 34, 24, 28, 16, 8, 12, 12, 28, 44, 8, 8, 8),
            rows=[
                [
                    str(body.organ.get_kind_display()), body.organ.name,
                    names.get(body.organ.parent_id, ""), body.sectors,
                    "、".join(one.person or one.unit_name for one in body.heads), body.members,
                    body.organ.since, body.organ.until, body.organ.basis,
                    "\n".join(plan.title for plan in body.plans),
                    body.figures.get("tasks", 0), body.figures.get("closed", 0),
                    body.figures.get("late", 0),
                ]
                for body in bodies
            ],
        ),
        OutTable(
            name=_("Members"),
            headers=[_("Body"), _("Part in the body"), _("Name of the person"), _("Job title"),
                     _("Unit"), _("From"), _("Until"), _("Note")],
            widths=(34, 12, 14, 20, 34, 12, 12, 30),
            rows=[
                [body.organ.name, str(one.get_role_display()), one.person, one.post,
                 one.unit_name, one.since, one.until, one.note]
                for body in bodies
                for one in queries_organs.ordered(by_organ.get(body.organ.pk, []))
            ],
        ),
        OutTable(
            name=_("Central units"),
            headers=[_("Unit"), _("Tasks"), _("Finished"), _("Behind time")],
            widths=(40, 8, 8, 8),
            rows=[[one.name, one.tasks, one.closed, one.late]
                  for one in queries_organs.central(campaign, by, today)],
        ),
    ]  # fmt: skip
