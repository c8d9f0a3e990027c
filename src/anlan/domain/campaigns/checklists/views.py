"""Lists by which units work: a campaign's lists, one of them, a unit's copy, and one's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotAllowed, NotFound
from anlan.domain.campaigns import queries as campaigns
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.checklists import commands as do
from anlan.domain.campaigns.checklists import queries
from anlan.domain.campaigns.checklists.forms import ChecklistForm, CopyForm, HandOutForm
from anlan.domain.campaigns.models import Campaign, Checklist, ChecklistCopy
from anlan.domain.campaigns.permissions import ANSWERS
from anlan.domain.campaigns.tallies import queries as tallies
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Filters
from anlan.ui.pages import go_on, render_page

ORDERS = {"path": Keyset.by("path", "pk")}


def _checklist(pk: UUID, permission: str, by: Actor, at: Any = None) -> Checklist:
    """A list, for whoever may do that with its campaign; else what isn't there."""
    row = Checklist.objects.select_related("campaign__area", "campaign__unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    campaign_of(row.campaign_id, permission, by, at)
    may_edit = _may_edit(row.campaign_id, by)
    if row.issued_on is None and not may_edit:
        raise NotFound  # What is being drawn up is its office's own.
    return row


def _may_edit(campaign: UUID, by: Actor) -> bool:
    return "campaigns.edit" in policy.allowed(Campaign, campaign, {"campaigns.edit"}, by)


@require_GET
@requires("campaigns.view")
def checklists(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every list of a campaign with how far it is: the table over them."""
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.view", by)
    may_edit = _may_edit(pk, by)
    found = queries.of_campaign(row, by)
    context = {
        "campaign": row, "may_edit": may_edit, "today": timezone.localdate(),
        "lists": [one for one in found if may_edit or one.row.issued_on is not None],
    }  # fmt: skip
    template = "campaigns/checklists.html"
    return render_page(request, template, template, context)


@require_GET
@requires("campaigns.view")
def checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A list's items, what they count toward, and how far each unit is."""
    by = actor_of(request)
    row = _checklist(pk, "campaigns.view", by)
    indicators = queries.indicators(row, by)
    names = [(one.name, one.name) for one in indicators]
    filters = Filters((Choice("indicator", _("Indicator"), names),), request.GET)
    rows = queries.copies(by).filter(checklist=row).select_related("unit")
    page: Any = filters.order(ORDERS, "path").page(rows, request.GET)
    queries.on_copies(page.rows, row, filters["indicator"] or "")
    context = {
        "row": row, "campaign": row.campaign, "items": list(row.items.order_by("place")),
        "indicators": indicators, "filters": filters, "page": page,
        "may_edit": _may_edit(row.campaign_id, by), "today": timezone.localdate(),
    }  # fmt: skip
    template = "campaigns/checklist.html"
    return render_page(request, template, template, context)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = campaign_of(pk, "campaigns.edit", actor_of(request))
    form = ChecklistForm(request.POST or None)
    made: list[UUID] = []

    def save() -> None:
        call = call_of(request, form)
        call.pop("seen")
        made.append(do.make_checklist(pk, form.new(), **call))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved. Hand it out when it is as it should be."))
        return go_on(request, reverse("campaigns:checklist", args=made))
    return _form(request, row, None, form, _("New working list"))


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def edit_checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _checklist(pk, "campaigns.edit", actor_of(request))
    have = list(row.items.order_by("place"))
    form = ChecklistForm(request.POST or None, initial=ChecklistForm.of(row, have))
    if request.method == "POST" and saved(
        form, lambda: do.change_checklist(pk, form.new(), **call_of(request, form))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:checklist", args=[pk]))
    return _form(request, row.campaign, row, form, _("Edit the working list"))


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def hand_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _checklist(pk, "campaigns.edit", actor_of(request))
    form = HandOutForm(request.POST or None, initial={"seen": row.version})

    def save() -> None:
        heap = form.cleaned_data["heap"]
        do.hand_out(pk, heap=heap, names=form.names(), **call_of(request, form))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Handed out."))
        return go_on(request, reverse("campaigns:checklist", args=[pk]))
    return _form(request, row.campaign, row, form, _("Hand out"))


@require_http_methods(["GET", "POST"])
@requires("checklists.view")
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A unit's copy: its unit says how each item stands, others read it."""
    by, at = actor_of(request), timezone.now()
    rows = ChecklistCopy.objects.select_related("checklist__campaign", "unit")
    row = policy.access(rows, "checklists.view", by, pk, at=at)
    may_fill = "checklists.fill" in policy.allowed(ChecklistCopy, pk, {"checklists.fill"}, by)
    items = list(row.checklist.items.order_by("place"))
    ticks = {one.item_id: one for one in row.ticks.all()}
    form = CopyForm(request.POST or None, items=items, ticks=ticks)
    if request.method == "POST":
        if not may_fill:
            raise NotAllowed(reason=_("Only its own unit fills in a copy."))

        def save() -> None:
            call = call_of(request, form)
            call.pop("seen")
            do.fill(pk, form.ticks(), **call)

        if saved(form, save):
            messages.success(request, _("Saved."))
            return go_on(request, reverse("campaigns:checklist_copy", args=[pk]))
    queries.on_copies([row], row.checklist)
    seen = campaigns.campaigns(by).filter(pk=row.checklist.campaign_id).exists()
    context = {
        "row": row, "list": row.checklist, "form": form, "may_fill": may_fill, "seen": seen,
        "items": [(one, ticks.get(one.pk), form[f"state_{one.pk}"], form[f"note_{one.pk}"])
                  for one in items],
        "today": timezone.localdate(),
    }  # fmt: skip
    template = "campaigns/checklist_copy.html"
    return render_page(request, template, template, context, 422 if form.errors else 200)


@require_GET
@requires("checklists.view")
def mine(request: HttpRequest) -> HttpResponse:
    """What one's own units have to work through: one table over their lists."""
    by = actor_of(request)
    units = policy.units_of(by, ANSWERS)
    context = {
        "rows": queries.mine(units, by), "tallies": tallies.mine(units, by),
        "today": timezone.localdate(),
    }  # fmt: skip
    template = "campaigns/checklists_mine.html"
    return render_page(request, template, template, context)


def _form(
    request: HttpRequest, campaign: Campaign, row: Checklist | None, form: Any, title: str
) -> HttpResponse:
    template = "campaigns/checklist_form.html"
    context = {
        "campaign": campaign, "row": row, "form": form, "title": title, "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, template, template, context, 422 if form.errors else 200)
