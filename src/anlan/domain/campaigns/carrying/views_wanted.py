"""What a campaign wants there to be: the plans it expects, and its goals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.carrying import queries_goals
from anlan.domain.campaigns.carrying.commands.wanted import set_expected, set_goals
from anlan.domain.campaigns.carrying.forms import ExpectedForm, GoalsForm, Seen
from anlan.domain.campaigns.models import Campaign
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.offers import first_of, rest
from anlan.ui.pages import go_on, render_page

#: Plans that the page offers to choose from.
PLANS_MAX = 200


def campaign_of(pk: UUID, permission: str, by: Actor, at: Any = None) -> Campaign:
    return policy.access(Campaign.objects.select_related("unit", "area"), permission, by, pk, at=at)


def call_of(request: HttpRequest, form: Seen) -> Any:
    """Who, when, and under which id; the version that was looked at beside it."""
    return {"by": actor_of(request), "at": timezone.now(), "request_id": form.request,
            "seen": form.cleaned_data["seen"]}  # fmt: skip


def saved(form: Any, save: Callable[[], object]) -> bool:
    """Whether the form stands and the command took it; what it refused stands in the form."""
    if not form.is_valid():
        return False
    try:
        save()
    except Refusal as refusal:
        put_refusal(form, refusal)
        return False
    return True


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def expected(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.edit", by)
    rows = list(row.expected.order_by("place"))
    seen = queries.plans(by).filter(campaign=row, parent=None, area=row.area_id)
    first, left = first_of(seen.order_by("title"), PLANS_MAX)
    plans: list[tuple[Any, Any]] = [(plan.pk, plan.title) for plan in first]
    offered = {plan.pk for plan in first}
    # A plan that is tied stays so; another unit's draft is named by nothing but that.
    tied = queries.plans(by).in_bulk([one.plan_id for one in rows if one.plan_id])
    unseen = _("a draft of another unit")
    plans += [
        (one.plan_id, tied[one.plan_id].title if one.plan_id in tied else unseen)
        for one in rows if one.plan_id and one.plan_id not in offered
    ]  # fmt: skip
    plans += rest(left)
    initial = {"seen": row.version, **ExpectedForm.of(rows)}
    form = ExpectedForm(request.POST or None, initial=initial, have=len(rows), plans=plans)
    if request.method == "POST" and saved(
        form, lambda: set_expected(pk, form.new(), **call_of(request, form))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:campaign", args=[pk]))
    return _page(request, "expected", row, form)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def goals(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.edit", by)
    rows = list(row.goals.order_by("place"))
    initial = {"seen": row.version, **GoalsForm.of(rows)}
    form = GoalsForm(
        request.POST or None, initial=initial, have=len(rows), indicators=queries_goals.offered()
    )
    if request.method == "POST" and saved(
        form, lambda: set_goals(pk, form.new(), **call_of(request, form))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:campaign", args=[pk]))
    return _page(request, "goals", row, form)


def _page(request: HttpRequest, name: str, row: Campaign, form: Any) -> HttpResponse:
    template = f"campaigns/{name}.html"
    status = 422 if form.errors else 200
    return render_page(request, template, template, {"campaign": row, "form": form}, status)
