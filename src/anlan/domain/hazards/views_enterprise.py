"""What the page of an enterprise shows of its hazards: counts that open down to the list."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.domain.enterprises import queries as enterprises
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import queries
from anlan.domain.hazards.models import Grade
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires


@requires("hazard.view")
def of_enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts over the entry and all that were merged into it, of what the person may see."""
    by = actor_of(request)
    row = policy.access(Enterprise.objects.all(), "enterprise.view", by, pk)
    today = policy.today_of(by)
    rows = queries.visible(by).filter(
        enterprise_id__in=enterprises.family(row.pk), case__kind="hazard"
    )
    is_open = Q(case__is_open=True)
    late = Q(case__unsettled=True, case__due_on__lt=today, case__suspended_on=None)
    counts = rows.exclude(case__state="void").aggregate(
        found=Count("pk"),
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=late),
        major=Count("pk", filter=is_open & Q(case__grade=Grade.MAJOR)),
    )
    base = f"{reverse('hazards:list')}?enterprise={row.pk}"
    context = {
        "figures": [
            (_("Hazards found"), counts["found"], base, ""),
            (_("Open"), counts["open"], f"{base}&open=1", ""),
            (_("Overdue"), counts["late"], f"{base}&late=1", "red" if counts["late"] else ""),
            (_("Major and open"), counts["major"], f"{base}&open=1&grade={Grade.MAJOR.value}", ""),
        ]
    }
    return render(request, "hazards/_of_enterprise.html", context)
