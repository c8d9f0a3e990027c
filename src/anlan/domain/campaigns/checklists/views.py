"""Lists by which units work: a campaign's lists, one of them, a unit's copy, and one's own."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.refusal import NotAllowed
from anlan.domain.campaigns import queries as campaigns
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.checklists import commands as do
from anlan.domain.campaigns.checklists import queries, turns
from anlan.domain.campaigns.checklists.forms import ChecklistForm, CopyForm, EndForm
from anlan.domain.campaigns.handing import views as handing
from anlan.domain.campaigns.models import Checklist, ChecklistCopy
from anlan.domain.campaigns.permissions import ANSWERS
from anlan.domain.campaigns.tallies import queries as tallies
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Filters, Flag
from anlan.ui.pages import go_on, render_page

ORDERS = {"path": Keyset.by("path", "pk")}
#: By what a figure of a list's page narrows it; each is a field of its items.
NARROWED = ("indicator", "link", "aspect", "post")


@require_GET
@requires("campaigns.view")
def checklists(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every list of a campaign with how far it is: the table over them."""
    by, today = actor_of(request), timezone.localdate()
    row = campaign_of(pk, "campaigns.view", by)
    may_edit = handing.may_edit(pk, by)
    found = queries.of_campaign(row, by, today)
    context = {
        "campaign": row, "may_edit": may_edit, "today": today,
        "lists": [one for one in found if may_edit or one.row.issued_on is not None],
    }  # fmt: skip
    template = "campaigns/checklists.html"
    return render_page(request, template, template, context)


@require_GET
@requires("campaigns.view")
def checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a list is by indicator, link and aspect, area and unit; each figure opens to units.

    ``?on=`` is the day in whose periods items stand that are done again and again.
    """
    by, today = actor_of(request), timezone.localdate()
    row = handing.paper_of(Checklist, pk, "campaigns.view", by)
    items = list(row.items.order_by("place"))
    filters = _filters(request, items)
    day = min(_day(request.GET.get("on", "")) or today, today)
    asked = Q(**{name: filters[name] for name in NARROWED if filters[name]})
    every = queries.Standing(row, by, day)
    area = _area(filters["area"])
    shown = queries.Standing(row, by, day, asked, area) if asked or area else every
    rows = shown.lacking() if filters["lacking"] else shown.copies
    page: Any = filters.order(ORDERS, "path").page(rows.select_related("unit"), request.GET)
    shown.dress(page.rows)
    context = {
        "row": row, "campaign": row.campaign, "items": items, "filters": filters, "page": page,
        "indicators": every.parts(lambda one: (one.indicator,) if one.indicator else ()),
        "aspects": every.parts(lambda one: (one.link, one.aspect)),
        "areas": every.areas(), "total": every.total, "shown": shown.total,
        "narrowed": filters.any, "day": day, "today": today, "area": area,
        "periodic": any(one.every for one in items),
        "may_edit": handing.may_edit(row.campaign_id, by),
    }  # fmt: skip
    template = "campaigns/checklist.html"
    return render_page(request, template, template, context)


def _filters(request: HttpRequest, items: list[Any]) -> Filters:
    labels = {
        "indicator": _("Indicator"), "link": pgettext("checklist", "Link"),
        "aspect": pgettext("checklist", "Aspect"), "post": pgettext("checklist", "Post"),
    }  # fmt: skip
    choices: list[Any] = []
    for name in NARROWED:
        words = dict.fromkeys(getattr(one, name) for one in items if getattr(one, name))
        choices.append(Choice(name, labels[name], [(word, word) for word in words]))
    params = request.GET.copy()
    area = params.get("area", "")
    choices.append(Choice("area", _("Area"), [(area, area)] if area.isdecimal() else []))
    return Filters((*choices, Flag("lacking", _("with open items"))), params)


def _area(text: str | None) -> Region | None:
    return Region.objects.filter(pk=int(text)).first() if text and len(text) < 10 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = campaign_of(pk, "campaigns.edit", actor_of(request))
    form = ChecklistForm(request.POST or None)
    title = _("New working list")
    return handing.make(request, row, form, do.make_checklist, "checklist", title)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def edit_checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = handing.paper_of(Checklist, pk, "campaigns.edit", actor_of(request))
    have = list(row.items.order_by("place"))
    form = ChecklistForm(request.POST or None, initial=ChecklistForm.of(row, have))
    title = _("Edit the working list")
    return handing.change(request, row, form, do.change_checklist, "checklist", title)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def hand_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = handing.paper_of(Checklist, pk, "campaigns.edit", actor_of(request))
    return handing.hand_out(request, row, do.hand_out, "checklist")


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def end_checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = handing.paper_of(Checklist, pk, "campaigns.edit", actor_of(request))
    form = EndForm(request.POST or None, initial={"seen": row.version})

    def save() -> None:
        do.end_checklist(pk, reason=form.cleaned_data["reason"], **call_of(request, form))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("It is asked for no more."))
        return go_on(request, reverse("campaigns:checklist", args=[pk]))
    title = _("End the working list")
    return handing.form_page(request, "checklist_form", row.campaign, row, form, title)


@require_http_methods(["GET", "POST"])
@requires("checklists.view")
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A unit's copy: its unit says how each item stands, others read it."""
    by, at, today = actor_of(request), timezone.now(), timezone.localdate()
    rows = ChecklistCopy.objects.select_related("checklist__campaign", "unit")
    row = policy.access(rows, "checklists.view", by, pk, at=at)
    may_fill = "checklists.fill" in policy.allowed(ChecklistCopy, pk, {"checklists.fill"}, by)
    standing = queries.Standing(row.checklist, by, today)
    ticks = {one.item_id: one for one in row.ticks.filter(turns.on_day(today))}
    form = CopyForm(
        request.POST or None, items=standing.items, ticks=ticks, initial={"drawn": today}
    )
    if request.method == "POST":
        if not may_fill:
            raise NotAllowed(reason=_("Only its own unit fills in a copy."))

        def save() -> None:
            call = handing.call_without_version(request, form)
            do.fill(pk, form.ticks(), drawn=form.cleaned_data["drawn"], **call)

        if saved(form, save):
            messages.success(request, _("Saved."))
            return go_on(request, reverse("campaigns:checklist_copy", args=[pk]))
    standing.dress([row])
    late = row.turns.filter(case__unsettled=True, case__due_on__lt=today)
    context = {
        "row": row, "list": row.checklist, "form": form, "may_fill": may_fill,
        "seen": campaigns.campaigns(by).filter(pk=row.checklist.campaign_id).exists(),
        "items": form.lines(ticks), "today": today,
        "late": list(late.select_related("case").order_by("case__due_on", "pk")[:LATE_MAX]),
        "holders": queries.holders(row.unit_id, {one.post for one in standing.items}, today),
        "label_of": turns.label_of,
    }  # fmt: skip
    template = "campaigns/checklist_copy.html"
    return render_page(request, template, template, context, 422 if form.errors else 200)


#: Turns past their day that a copy names; the list of its unit's cases has them all.
LATE_MAX = 50


@require_GET
@requires("checklists.view")
def mine(request: HttpRequest) -> HttpResponse:
    """What one's own units have to work through: one table over their lists."""
    by, today = actor_of(request), timezone.localdate()
    units = policy.units_of(by, ANSWERS)
    context = {
        "rows": queries.mine(units, by, today), "tallies": tallies.mine(units, by), "today": today,
    }  # fmt: skip
    template = "campaigns/checklists_mine.html"
    return render_page(request, template, template, context)
