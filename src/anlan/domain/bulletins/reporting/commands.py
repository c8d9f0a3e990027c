"""Say that a report was written for a hearing, and take that back."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotFound
from anlan.domain.bulletins.commands.base import lacks
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.reporting.models import HearingReport
from anlan.domain.campaigns.models import Hearing
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: Kinds of paper that report upward.
UPWARD = [kind.code for kind in KINDS.values() if kind.goes_up]
#: Reports for one hearing.
REPORTS_MAX = 20


@transaction.atomic(durable=True)
def lay_before(hearing: UUID, *, number: str, **call: Unpack[Call]) -> UUID:
    """Lay a stage or year report before the body: by the paper's number in the system."""
    row, claim = plain.begin(
        Hearing.objects.all(), "hearings.edit", hearing, {"number": number}, **call
    )
    if claim.repeated:
        return hearing
    seen = policy.permitted(Paper.objects.all(), "bulletins.view", claim.by)
    paper = seen.filter(case__number=number.strip(), case__grade__in=UPWARD).first()
    if paper is None:
        raise lacks("number", _("No stage or year report that you see has this number."))
    if row.reports.count() >= REPORTS_MAX:
        raise lacks("number", _("At most %(n)d reports for one hearing.") % {"n": REPORTS_MAX})
    if HearingReport.objects.filter(paper=paper).exists():
        raise lacks("number", _("It was written for a hearing already."))
    HearingReport.objects.create(hearing=row, paper=paper, at=claim.at, who=claim.by.name)
    after = {"paper": paper.title, "number": number.strip()}
    claim.record("hearings.report", "case", hearing, after=after)
    return claim.done(hearing)


@transaction.atomic(durable=True)
def take_back(hearing: UUID, report: int, **call: Unpack[Call]) -> UUID:
    row, claim = plain.begin(
        Hearing.objects.all(), "hearings.edit", hearing, {"take_back": report}, **call
    )
    if claim.repeated:
        return hearing
    found = row.reports.select_related("paper").filter(pk=report).first()
    if found is None:
        raise NotFound
    claim.record("hearings.report_back", "case", hearing, before={"paper": found.paper.title})
    found.delete()
    return claim.done(hearing)
