"""A campaign by its stages; and its catalogue of key tasks as a paper."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.domain.campaigns import queries
from anlan.domain.campaigns.carrying.views_wanted import campaign_of
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.stages import catalogue
from anlan.domain.campaigns.stages import queries as staged
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit import trail
from anlan.ui.pages import render_page

DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
@requires("campaigns.view")
def stages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each stage with its tasks and with what was counted in its days; each figure opens."""
    by, at = actor_of(request), timezone.now()
    row = campaign_of(pk, "campaigns.view", by)
    found = staged.stages(row, by, at)
    base = f"{reverse('campaigns:tasks')}?campaign={pk}"
    lines = []
    for one in found.rows:
        here = f"{base}&stage={one.stage.pk}"
        cells = [
            (name, one.counts[name], f"{here}&{query}" if (query := queries.OPENS[name]) else here)
            for name in queries.FIGURES
        ]
        counted = [
            progress_pages.shown(
                figure,
                f"{reverse('campaigns:counter', args=[pk, counter.pk])}?stage={one.stage.pk}",
            )
            if figure else ""
            for counter, figure in zip(found.counters, one.figures, strict=True)
        ]  # fmt: skip
        lines.append((one.stage, cells, counted))
    context = {"campaign": row, "lines": lines, "counters": found.counters,
               "outside": found.outside, "today": timezone.localdate(at)}  # fmt: skip
    return render_page(request, "campaigns/stages.html", "campaigns/stages.html", context)


@require_GET
@requires("campaigns.view")
def key_tasks_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """重点任务目录清单 as a document; on record before it goes out (S22)."""
    by, at = actor_of(request), timezone.now()
    row = campaign_of(pk, "campaigns.view", by)
    content, count = catalogue.written(row, by, at)
    with transaction.atomic():
        entry = trail.Entry("campaigns.key_tasks", "campaign", pk, after={"rows": count})
        trail.record([entry], by=by, at=at)
    response = HttpResponse(content, content_type=DOCUMENT)
    name = quote(f"{row.title}{_('Catalogue of key tasks')}.docx", safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
