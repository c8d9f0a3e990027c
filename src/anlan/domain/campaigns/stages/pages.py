"""What pages of campaigns and plans say once stages were saved, or a draft stands."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.domain.campaigns.models import Plan, Stage
from anlan.domain.campaigns.refusals import PlanIsPublished
from anlan.domain.campaigns.stages import queries as staged
from anlan.ui.pages import go_on


def saved(request: HttpRequest, rows: Iterable[Stage]) -> None:
    """Say that stages were saved, and which of them overlap: that may be meant, or a slip."""
    messages.success(request, _("Saved."))
    for words in staged.overlaps(list(rows)):
        messages.warning(request, words)


def stands(request: HttpRequest, plan: Plan) -> HttpResponse | None:
    """Where the form of a draft is asked for and the plan isn't one any more: back to its page."""
    if request.method != "GET" or plan.status == Plan.Status.DRAFT:
        return None
    messages.warning(request, str(PlanIsPublished(title=plan.title)))
    return go_on(request, reverse("campaigns:plan", args=[plan.pk]))
