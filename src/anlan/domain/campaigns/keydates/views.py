"""Key dates of a campaign: what comes around, one of them, and what is done about each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.keydates import commands as do
from anlan.domain.campaigns.keydates import queries
from anlan.domain.campaigns.keydates.forms import KeyDateForm, TimeForm
from anlan.domain.campaigns.models import Campaign, KeyDate
from anlan.domain.campaigns.views_campaigns import LABELS, cells
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.pages import go_on, render_page


def _key_date(pk: UUID, permission: str, by: Actor, at: Any = None) -> KeyDate:
    """A key date, for whoever may do that with its campaign; else what isn't there."""
    rows = KeyDate.objects.select_related("campaign__area", "campaign__unit")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    campaign_of(row.campaign_id, permission, by, at)
    return row


def _may_edit(campaign: UUID, by: Actor) -> bool:
    return "campaigns.edit" in policy.allowed(Campaign, campaign, {"campaigns.edit"}, by)


def _rows(found: list[queries.Coming]) -> list[tuple[queries.Coming, Any]]:
    base = reverse("campaigns:tasks")
    return [
        (one, cells(one.figures, f"{base}?plan={one.plan.pk}") if one.plan else None)
        for one in found
    ]


@require_GET
@requires("campaigns.view")
def key_dates(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = campaign_of(pk, "campaigns.view", by)
    found = queries.of_campaign(row, by, today)
    every = {one.row.pk: one.row for one in found}
    rows = list(row.key_dates.order_by("name", "pk"))
    context = {
        "campaign": row, "today": today, "labels": LABELS, "may_edit": _may_edit(pk, by),
        "coming": _rows([one for one in found if not one.is_over]),
        "past": _rows([one for one in reversed(found) if one.is_over]),
        # Of which no time lies in the campaign's days: below, so that they can be mended.
        "silent": [one for one in rows if one.pk not in every], "request_id": uuid7(),
    }  # fmt: skip
    template = "campaigns/key_dates.html"
    return render_page(request, template, template, context)


@require_GET
@requires("campaigns.view")
def key_date(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = _key_date(pk, "campaigns.view", by)
    context = {
        "row": row, "campaign": row.campaign, "today": today, "labels": LABELS,
        "precautions": list(row.precautions.order_by("place")),
        "times": _rows(queries.of_one(row, by, today)),
        "may_edit": _may_edit(row.campaign_id, by), "request_id": uuid7(),
    }  # fmt: skip
    template = "campaigns/key_date.html"
    return render_page(request, template, template, context)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_key_date(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = campaign_of(pk, "campaigns.edit", actor_of(request))
    form = KeyDateForm(request.POST or None, have=_have(request, 0))
    made: list[UUID] = []

    def save() -> None:
        call = call_of(request, form)
        call.pop("seen")
        made.append(do.make_key_date(pk, form.new(), **call))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:key_date", args=made))
    return _form(request, row, None, form, _("New key date"))


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def edit_key_date(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _key_date(pk, "campaigns.edit", actor_of(request))
    have = list(row.precautions.order_by("place"))
    form = KeyDateForm(
        request.POST or None, initial=KeyDateForm.of(row, have), have=_have(request, len(have))
    )
    if request.method == "POST" and saved(
        form, lambda: do.change_key_date(pk, form.new(), **call_of(request, form))
    ):
        messages.success(request, _("Saved. What was drawn up already stays as it is."))
        return go_on(request, reverse("campaigns:key_date", args=[pk]))
    return _form(request, row.campaign, row, form, _("Edit the key date"))


def _have(request: HttpRequest, have: int) -> int:
    """As many rows as came back: who saw fewer keeps them all."""
    while have < do.PRECAUTIONS_MAX and f"title_{have + KeyDateForm.SPARE}" in request.POST:
        have += 1
    return have


@require_POST
@requires("campaigns.edit")
def end_key_date(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _key_date(pk, "campaigns.edit", actor_of(request), timezone.now())
    return _act(request, row, lambda form, call: do.end_key_date(pk, **call), _("Ended."))


@require_POST
@requires("campaigns.edit")
def draw_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _key_date(pk, "campaigns.edit", actor_of(request), timezone.now())
    return _act(
        request, row, lambda form, call: do.draw_up(pk, form.cleaned_data["starts_on"], **call),
        _("Drafted. Look at the plan and publish it."),
    )  # fmt: skip


@require_POST
@requires("campaigns.edit")
def skip(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _key_date(pk, "campaigns.edit", actor_of(request), timezone.now())

    def leave_out(form: TimeForm, call: Any) -> None:
        data = form.cleaned_data
        do.skip(pk, data["starts_on"], reason=data["reason"], **call)

    return _act(request, row, leave_out, _("Left out this time."))


def _act(
    request: HttpRequest, row: KeyDate, act: Callable[[TimeForm, Any], object], said: str
) -> HttpResponse:
    """One press on a time, or on the whole; what is refused stands on the page that one sees."""
    form = TimeForm(request.POST)
    if "starts_on" not in request.POST:
        del form.fields["starts_on"]

    def save() -> None:
        call = call_of(request, form)
        call.pop("seen")
        act(form, call)

    if saved(form, save):
        messages.success(request, said)
    else:
        words = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(words))
    return go_on(request, reverse("campaigns:key_date", args=[row.pk]))


def _form(
    request: HttpRequest, campaign: Campaign, row: KeyDate | None, form: Any, title: str
) -> HttpResponse:
    template = "campaigns/key_date_edit.html"
    context = {"campaign": campaign, "row": row, "form": form, "title": title}
    return render_page(request, template, template, context, 422 if form.errors else 200)
