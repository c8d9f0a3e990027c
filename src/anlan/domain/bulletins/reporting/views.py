"""The panel of a hearing's page: the reports to the body, and the way to the next one."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.domain.bulletins import queries
from anlan.domain.bulletins.loop import LOOKS
from anlan.domain.bulletins.refusals import PaperIncomplete
from anlan.domain.bulletins.reporting import commands as do
from anlan.domain.campaigns.models import Hearing
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.calendar import periods
from anlan.ui.pages import go_on

NUMBER_CHARS_MAX = 40


@require_http_methods(["GET", "POST"])
@requires("hearings.view")
def of_hearing(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    rows = Hearing.objects.select_related("case", "campaign__area", "rule")
    row = policy.access(rows, "hearings.view", by, pk, at=at)
    if request.method == "POST":
        number = request.POST.get("number", "")[:NUMBER_CHARS_MAX]
        try:
            do.lay_before(pk, number=number, by=by, at=at, request_id=uuid7())
        except PaperIncomplete as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The report stands at the hearing."))
        return go_on(request, reverse("campaigns:hearing", args=[pk]))
    reports = list(row.reports.select_related("paper__case").order_by("pk"))
    mine = [one.paper_id for one in reports]
    seen = set(queries.visible(by).filter(pk__in=mine).values_list("pk", flat=True))
    since = _since(row)
    until = max(since, min(row.held_on or row.case.due_on or today, today))
    asked = {
        "kind": "stage", "area": row.campaign.area.code,
        "period": periods.span(since, until).code,
    }  # fmt: skip
    context = {
        "hearing": row, "looks": LOOKS,
        "reports": [(one, one.paper_id in seen) for one in reports],
        "out": any(one.paper.case.state == "given_out" for one in reports),
        "may_edit": "hearings.edit" in policy.allowed(Hearing, pk, {"hearings.edit"}, by),
        "may_write": policy.may(by, "bulletins.make"),
        "write_url": f"{reverse('bulletins:new')}?{urlencode(asked)}",
    }  # fmt: skip
    return render(request, "bulletins/_of_hearing.html", context)


def _since(row: Hearing) -> date:
    """The day after the body last heard of it, or when the campaign began."""
    held = row.campaign.hearings.filter(body=row.body, held_on__isnull=False).exclude(pk=row.pk)
    last = held.order_by("-held_on").values_list("held_on", flat=True).first()
    return last + timedelta(days=1) if last else row.campaign.starts_on


@require_POST
@requires("hearings.edit")
def take_back(request: HttpRequest, pk: UUID, report: int) -> HttpResponse:
    do.take_back(pk, report, by=actor_of(request), at=timezone.now(), request_id=uuid7())
    messages.success(request, _("Taken from the hearing."))
    return go_on(request, reverse("campaigns:hearing", args=[pk]))
