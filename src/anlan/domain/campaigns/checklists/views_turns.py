"""One post's turn at a working list: its items, ticked by whoever holds the post; its history."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.refusal import NotAllowed
from anlan.domain.campaigns.carrying.views_wanted import call_of, saved
from anlan.domain.campaigns.checklists import commands as do
from anlan.domain.campaigns.checklists import queries, turns
from anlan.domain.campaigns.checklists.forms import CopyForm
from anlan.domain.campaigns.checklists.loop import STATES, STEPS
from anlan.domain.campaigns.models import ChecklistTurn
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop import timeline
from anlan.kernel.loop.models import Event
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.pages import go_on, render_page

timeline_of = partial(timeline.timeline_of, steps=STEPS, silent=("state", "rectifier"))


@require_http_methods(["GET", "POST"])
@requires("checklist_turns.view")
def turn(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at, today = actor_of(request), timezone.now(), timezone.localdate()
    rows = ChecklistTurn.objects.select_related("case__area", "copy__checklist__campaign", "unit")
    row = policy.access(rows, "checklist_turns.view", by, pk, at=at)
    case, copy = row.case, row.copy
    allowed = policy.allowed(ChecklistTurn, pk, {"checklist_turns.fill"}, by)
    may_fill = bool(allowed) and case.state != "void"
    items = list(copy.checklist.items.filter(post=row.post, every=row.every).order_by("place"))
    found = copy.ticks.filter(item__in=items, period=row.period)
    ticks = {one.item_id: one for one in found}
    form = CopyForm(request.POST or None, items=items, ticks=ticks, initial={"seen": case.version})
    if request.method == "POST":
        if not may_fill:
            raise NotAllowed(reason=_("Only whoever holds the post, or its unit, fills it in."))
        if saved(form, lambda: do.fill_turn(pk, form.ticks(), **call_of(request, form))):
            messages.success(request, _("Saved."))
            return go_on(request, reverse("campaigns:checklist_turn", args=[pk]))
    seen = policy.permitted(type(copy).objects.filter(pk=copy.pk), "checklists.view", by)
    # That it was opened and asked for is one thing to whoever reads it.
    events = Event.objects.filter(case=case).exclude(step="find")
    days = (case.due_on - today).days if case.unsettled and case.due_on else None
    context = {
        "row": row, "case": case, "copy": copy, "list": copy.checklist, "form": form,
        "may_fill": may_fill, "items": form.lines(ticks), "state": STATES[case.state],
        "days": days, "period": turns.label_of(row.period), "sees_copy": seen.exists(),
        "holders": queries.holders(row.unit_id, [row.post], today).get(row.post, []),
        "rung": RUNGS[case.rung - 1] if case.rung else "",
        "timeline": timeline_of(list(events.order_by("-seq"))),
    }  # fmt: skip
    template = "campaigns/checklist_turn.html"
    return render_page(request, template, template, context, 422 if form.errors else 200)
