"""A campaign's calendar: a month on a page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from anlan.domain.campaigns.battlemap import month
from anlan.domain.campaigns.models import Campaign
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.pages import render_page


@require_GET
@requires("campaigns.view")
def of_campaign(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, pk, at=at)
    first = month.first_of(request.GET.get("month", ""), today)
    base = reverse("campaigns:calendar", args=[pk])
    weeks = month.weeks_of(campaign, by, first, today)
    context = {
        "campaign": campaign, "first": first, "today": today, "weeks": weeks, "who": by.name,
        "at": at, "here": base, "named_max": month.NAMED_MAX,
        "earlier_url": f"{base}?month={month.moved(first, -1):%Y-%m}",
        "later_url": f"{base}?month={month.moved(first, 1):%Y-%m}",
        "is_empty": all(day.is_empty for week in weeks for day in week),
    }  # fmt: skip
    return render_page(request, "campaigns/calendar.html", "campaigns/calendar.html", context)
