"""Pages that all have which is drawn up, handed out and kept by units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.handing.forms import HandOutForm
from anlan.domain.campaigns.models import Campaign, Checklist, Tally
from anlan.kernel.accounts import policy
from anlan.ui.pages import go_on, render_page

Paper = TypeVar("Paper", Checklist, Tally)


def paper_of(model: type[Paper], pk: UUID, permission: str, by: Actor) -> Paper:
    """One, for whoever may do that with its campaign; else what isn't there."""
    row = model.objects.select_related("campaign__area", "campaign__unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    campaign_of(row.campaign_id, permission, by)
    if row.issued_on is None and not may_edit(row.campaign_id, by):
        raise NotFound  # What is being drawn up is its office's own.
    return row


def may_edit(campaign: UUID, by: Actor) -> bool:
    return "campaigns.edit" in policy.allowed(Campaign, campaign, {"campaigns.edit"}, by)


def call_without_version(request: HttpRequest, form: Any) -> Any:
    """Who, when, and under which id, of what isn't there yet or has no version."""
    call = call_of(request, form)
    call.pop("seen")
    return call


def make(
    request: HttpRequest, campaign: Campaign, form: Any, command: Callable[..., UUID], name: str,
    title: str,
) -> HttpResponse:  # fmt: skip
    """Draw one up, and show it."""
    made: list[UUID] = []

    def save() -> None:
        call = call_without_version(request, form)
        made.append(command(campaign.pk, form.new(), **call))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved. Hand it out when it is as it should be."))
        return go_on(request, reverse(f"campaigns:{name}", args=made))
    return form_page(request, f"{name}_form", campaign, None, form, title)


def change(
    request: HttpRequest, row: Checklist | Tally, form: Any, command: Callable[..., UUID],
    name: str, title: str,
) -> HttpResponse:  # fmt: skip
    """Change it, until it is handed out."""
    if request.method == "POST" and saved(
        form, lambda: command(row.pk, form.new(), **call_of(request, form))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse(f"campaigns:{name}", args=[row.pk]))
    return form_page(request, f"{name}_form", row.campaign, row, form, title)


def hand_out(
    request: HttpRequest, row: Checklist | Tally, command: Callable[..., UUID], name: str
) -> HttpResponse:
    form = HandOutForm(request.POST or None, initial={"seen": row.version})

    def save() -> None:
        heap = form.cleaned_data["heap"]
        command(row.pk, heap=heap, names=form.names(), **call_of(request, form))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Handed out."))
        return go_on(request, reverse(f"campaigns:{name}", args=[row.pk]))
    return form_page(request, f"{name}_form", row.campaign, row, form, _("Hand out"))


def form_page(
    request: HttpRequest, template: str, campaign: Campaign, row: Any, form: Any, title: str
) -> HttpResponse:
    path = f"campaigns/{template}.html"
    context = {"campaign": campaign, "row": row, "form": form, "title": title}
    return render_page(request, path, path, context, 422 if form.errors else 200)
