"""The worklist: what waits for me (待办), what I started (我发起的), what I dealt with (已办)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.hazards import columns, commands, queries
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Role
from anlan.kernel.loop import worklist
from anlan.kernel.loop.worklist import Tray
from anlan.ui.lists import Filters, Flag
from anlan.ui.pages import go_on, render_page

ANSWERS = (Role.RECTIFIER, Role.OFFICE, Role.LEADER, Role.INSPECTOR)
#: Cases that one click on "sign for all" takes.
SIGNED_AT_ONCE = 500


#: What one must be allowed to do for a heap to be one's work. Whoever may act on a hazard may
#: see it (a test holds the rules to that), so nothing else need be asked.
NEEDS = {
    "receive": "hazard.receive", "rectify": "hazard.rectify", "assign": "hazard.assign",
    "verify": "hazard.verify", "close": "hazard.close", "extension": "hazard.decide_extension",
}  # fmt: skip


def trays(by: Actor) -> list[Tray]:
    """The heaps that can hold something for this person; others aren't shown."""
    found = worklist.trays(by, answers=policy.units_of(by, ANSWERS), case="case__")
    return [tray for tray in found if policy.may(by, NEEDS[tray.code])]


@require_GET
@requires("hazard.view")
def work(request: HttpRequest, tray: str = "") -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    heaps = trays(by)
    codes = [heap.code for heap in heaps]
    counts = {
        heap.code: worklist.count(
            Hazard.objects.filter(heap.where), policy.branches(NEEDS[heap.code], by)
        )
        for heap in heaps
    }
    chosen = tray or next((code for code in codes if counts[code]), codes[0] if codes else "mine")
    if chosen == "mine":
        where = worklist.started(by, "case__")
    elif chosen == "done":
        where = worklist.handled(by, "case__")
    elif chosen in codes:
        where = heaps[codes.index(chosen)].where
    else:
        raise NotFound
    asked = Filters((Flag("late", _("Overdue")),), request.GET)
    if asked["late"]:
        where &= Q(case__unsettled=True, case__due_on__lt=today, case__suspended_on=None)
    default = "found" if chosen in ("mine", "done") else "due"
    page = queries.page_of(
        where,
        asked.order(columns.ORDERS, default),
        request.GET,
        policy.branches(NEEDS.get(chosen, "hazard.view"), by),
    )
    context = {
        "filters": asked, "page": page, "sort": asked.sort(columns.ORDERS, default),
        "columns": [c for c in columns.columns(today) if c.shown and c.code != "sector"],
        "tabs": _tabs(heaps, counts, chosen), "tray": chosen, "request_id": uuid7(),
        "can_sign": chosen == "receive" and page.rows,
    }  # fmt: skip
    return render_page(request, "hazards/work.html", "hazards/_work.html", context)


def _tabs(
    heaps: Sequence[Tray], counts: dict[str, int], chosen: str
) -> list[tuple[str, str, bool, int | None]]:
    found = [
        (str(heap.label), reverse("work:tray", args=[heap.code]), heap.code == chosen,
         counts[heap.code] or None)
        for heap in heaps
    ]  # fmt: skip
    found.append((_("started by me"), reverse("work:tray", args=["mine"]), chosen == "mine", None))
    found.append((_("dealt with"), reverse("work:tray", args=["done"]), chosen == "done", None))
    return found


@require_POST
@requires("hazard.receive")
def sign(request: HttpRequest) -> HttpResponse:
    """Sign for receipt of what was ticked, or of everything that waits."""
    by, at = actor_of(request), timezone.now()
    ticked = [UUID(pk) for pk in request.POST.getlist("ids") if len(pk) == 36]
    if not ticked:
        [heap] = [heap for heap in trays(by) if heap.code == "receive"]
        waiting = policy.permitted(Hazard.objects.filter(heap.where), NEEDS["receive"], by)
        ticked = list(waiting.values_list("pk", flat=True)[:SIGNED_AT_ONCE])
    if ticked:
        commands.receive(
            ticked[:SIGNED_AT_ONCE], by=by, at=at, request_id=UUID(request.POST["request_id"])
        )
        messages.success(request, _("Signed for %(count)d.") % {"count": len(ticked)})
    return go_on(request, reverse("work:list"))
