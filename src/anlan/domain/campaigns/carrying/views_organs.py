"""Who carries a campaign: its bodies, one of them with members and plans, and a workbook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns import (
    queries,
)
from anlan.domain.campaigns.carrying import exporting as exporting_organs
from anlan.domain.campaigns.carrying import queries_organs
from anlan.domain.campaigns.carrying.commands import organs as do
from anlan.domain.campaigns.carrying.commands.wanted import lacks
from anlan.domain.campaigns.carrying.forms import (
    CorrectMember,
    LeaveForm,
    MembersForm,
    OrganForm,
)
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.models import Campaign, Organ, OrganMember, Plan
from anlan.domain.campaigns.views_campaigns import LABELS, cells
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.pages import go_on, render_page


def _organ(pk: UUID, permission: str, by: Actor, at: Any = None) -> Organ:
    """A body, for whoever may do that with its campaign; else what isn't there."""
    rows = Organ.objects.select_related("campaign__area", "campaign__unit", "parent")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    campaign_of(row.campaign_id, permission, by, at)
    return row


def _may_edit(campaign: UUID, by: Actor) -> bool:
    return "campaigns.edit" in policy.allowed(Campaign, campaign, {"campaigns.edit"}, by)


@require_GET
@requires("campaigns.view")
def organs(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = campaign_of(pk, "campaigns.view", by)
    bodies = queries_organs.bodies(row, by, today)
    context = {
        "campaign": row, "may_edit": _may_edit(pk, by), "labels": LABELS,
        "bodies": [(body, cells(body.figures, "")) for body in bodies],
        "central": queries_organs.central(row, by, today), "today": today,
    }  # fmt: skip
    return render_page(request, "campaigns/organs.html", "campaigns/organs.html", context)


@require_GET
@requires("campaigns.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = campaign_of(pk, "campaigns.view", by)
    return exporting_organs.answer(row, by=by, at=at)


@require_GET
@requires("campaigns.view")
def organ(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = _organ(pk, "campaigns.view", by)
    members = queries_organs.ordered(list(row.members.select_related("unit")))
    whole = queries.plans(by).filter(carried_by__organ=row)
    figures = queries.progress(queries.tasks(by), whole, today)
    base = reverse("campaigns:tasks")
    context = {
        "organ": row, "campaign": row.campaign,
        "sectors": queries_organs.sectors_of(row, sectors.names()),
        "members": [one for one in members if one.until is None or one.until >= today],
        "former": [one for one in members if one.until is not None and one.until < today],
        "parts": list(row.children.order_by("name")), "today": today,
        "plans": [(plan, cells(figures.get(plan.pk, {}), f"{base}?plan={plan.pk}"))
                  for plan in whole.order_by("title")],
        "whole": cells(_total(figures), f"{base}?body={row.pk}"),
        "sector_figures": queries_organs.sector_figures(row, by, timezone.now()),
        "labels": LABELS, "may_edit": _may_edit(row.campaign_id, by),
    }  # fmt: skip
    return render_page(request, "campaigns/organ.html", "campaigns/organ.html", context)


def _total(figures: dict[Any, dict[str, int]]) -> dict[str, int]:
    return {name: sum(one.get(name, 0) for one in figures.values()) for name in queries.FIGURES}


# --- writing -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_organ(request: HttpRequest, pk: UUID) -> HttpResponse:
    campaign = campaign_of(pk, "campaigns.edit", actor_of(request))
    form = OrganForm(
        request.POST or None, initial={"since": campaign.starts_on},
        organs=campaign.organs.order_by("name"), plans=_plans(campaign, request),
    )  # fmt: skip
    made: list[UUID] = []

    def save() -> None:
        call = call_of(request, form)
        call.pop("seen")
        made.append(do.make_organ(pk, form.new(uuid7()), **call))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Set up. Now name who sits in it."))
        return go_on(request, reverse("campaigns:organ", args=made))
    return _form(request, campaign, None, form, _("New body"), "organ_edit")


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def edit_organ(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _organ(pk, "campaigns.edit", actor_of(request))
    others = row.campaign.organs.exclude(pk=pk).order_by("name")
    form = OrganForm(
        request.POST or None, initial=OrganForm.of(row), organs=others,
        plans=_plans(row.campaign, request),
    )  # fmt: skip
    if request.method == "POST" and saved(
        form, lambda: do.change_organ(pk, form.new(pk), **call_of(request, form))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:organ", args=[pk]))
    return _form(request, row.campaign, row, form, _("Edit the body"), "organ_edit")


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_members(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _organ(pk, "campaigns.edit", actor_of(request))
    form = MembersForm(request.POST or None, initial={"since": row.since, "seen": row.version})

    def save() -> None:
        if not (members := form.all_new()):
            raise lacks("person", _("Name a person, a unit, or both."))
        do.add_members(pk, members, **call_of(request, form))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:organ", args=[pk]))
    return _form(request, row.campaign, row, form, _("Add members"), "organ_form")


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def end_member(request: HttpRequest, pk: UUID, member: int) -> HttpResponse:
    row, one = _member(pk, member, actor_of(request))
    form = LeaveForm(
        request.POST or None, initial={"seen": row.version, "until": timezone.localdate()}
    )
    if request.method == "POST" and saved(
        form,
        lambda: do.end_member(
            pk, member, until=form.cleaned_data["until"], note=form.cleaned_data["note"],
            follower=form.follower(one.role), **call_of(request, form),
        ),
    ):  # fmt: skip
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:organ", args=[pk]))
    title = _("%(name)s leaves") % {"name": one.person or one.unit_name}
    return _form(request, row.campaign, row, form, title, "organ_form")


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def correct_member(request: HttpRequest, pk: UUID, member: int) -> HttpResponse:
    row, one = _member(pk, member, actor_of(request))
    initial = {"seen": row.version, **CorrectMember.of(one)}
    form = CorrectMember(request.POST or None, initial=initial)
    if request.method == "POST" and saved(
        form,
        lambda: do.correct_member(
            pk, member, form.new(), until=form.cleaned_data["until"], **call_of(request, form)
        ),
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:organ", args=[pk]))
    return _form(request, row.campaign, row, form, _("Correct a member"), "organ_form")


def _member(pk: UUID, member: int, by: Actor) -> tuple[Organ, OrganMember]:
    row = _organ(pk, "campaigns.edit", by)
    one = row.members.filter(pk=member).first()
    if one is None:
        raise NotFound
    return row, one


def _plans(campaign: Campaign, request: HttpRequest) -> QuerySet[Plan]:
    """Those that it may be given; what it carries already stays on offer."""
    by = actor_of(request)
    rows = queries.plans(by).filter(campaign=campaign, parent=None)
    mine = policy.permitted(Plan.objects.all(), "plans.entrust", by)
    kept = rows.filter(Q(pk__in=mine.values("pk")) | Q(carried_by__isnull=False))
    return kept.order_by("kind", "title")


def _form(
    request: HttpRequest, campaign: Campaign, row: Organ | None, form: Any, title: str, name: str
) -> HttpResponse:
    template = f"campaigns/{name}.html"
    context = {"campaign": campaign, "organ": row, "form": form, "title": title}
    return render_page(request, template, template, context, 422 if form.errors else 200)
