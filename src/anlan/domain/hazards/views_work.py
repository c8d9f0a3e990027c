"""The worklist over all kinds: what waits for me (待办), what I started, what I dealt with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Unreadable
from anlan.domain.hazards import bulk, columns
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop import worklist
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.worklist import PAST, Heaps, Narrowed, Work
from anlan.ui.addresses import address
from anlan.ui.lists import Choice, Column, Filters, Flag, address_of
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

#: Cases that one click on "sign for all" takes.
SIGNED_AT_ONCE = 500


@require_GET
@requires("hazard.view")
def work(request: HttpRequest, tray: str = "") -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    waiting = worklist.heaps(worklist.works(), by)
    labels = {one.code: one.label for heaps in waiting for one in reversed(heaps.trays)}
    codes = list(dict.fromkeys(one.code for heaps in waiting for one in heaps.trays))
    if tray and tray not in codes and tray not in PAST:
        raise NotFound
    works = _works(by)
    kinds = [(kind, label) for each in works for kind, label in each.kinds.items()]
    filters = [Flag("late", _("Overdue"))]
    asked = Filters(
        (Choice("kind", _("Kind"), kinds), *filters) if len(works) > 1 else filters,
        request.GET,
        same=("work", tuple(kind for kind, _label in kinds)),
    )
    narrowed = Narrowed(
        _narrowed(asked["kind"], asked["late"], today), (asked["kind"], asked["late"], today)
    )
    default = "found" if tray in PAST else "due"
    order = asked.order(columns.ORDERS, default)
    if tray in PAST:
        pages = [
            worklist.listed(each, by, narrowed, tray, order, request.GET)
            for each in works if asked["kind"] in (None, *each.kinds)
        ]  # fmt: skip
    else:
        pages = [
            heaps.page(by, order, request.GET, narrowed, tray)
            for heaps in waiting if asked["kind"] in (None, *heaps.work.kinds)
        ]  # fmt: skip
    page = order.merged(pages, request.GET)
    counted = worklist.dress(page.rows, timezone.now())
    context = {
        "filters": asked, "page": page, "sort": asked.sort(columns.ORDERS, default),
        "columns": _columns(today, counted), "same": ("work", today, counted),
        "tabs": _tabs(waiting, codes, labels, tray),
        "tray": tray, "request_id": uuid7(), "past": tray in PAST,
        "can_sign": tray == "receive" and page.rows,
        # Where one signs there are boxes already, and nobody ticks what is past.
        **({"bulk": None, "picks": []} if tray in ("receive", *PAST)
           else bulk.beside(by, page.rows, request)),
        "all_url": address("work:tray", tray) if tray else address("work:list"),
    }  # fmt: skip
    return render_page(request, "hazards/work.html", "hazards/_work.html", context)


@require_GET
@requires("hazard.view")
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for whoever looks, by step: the overview shows it above its figures."""
    heaps = worklist.heaps(worklist.works(), actor_of(request))
    labels = {one.code: one.label for each in heaps for one in reversed(each.trays)}
    codes = list(dict.fromkeys(one.code for each in heaps for one in each.trays))
    tabs = [tab for tab in _tabs(heaps, codes, labels, "") if tab[3] is not None]
    return render_page(request, "hazards/_waiting.html", "hazards/_waiting.html", {"tabs": tabs})


def _narrowed(kind: str | None, late: object, today: date) -> Q:
    where = Q(case__kind=kind) if kind else Q()
    if late:
        where &= Q(case__unsettled=True, case__due_on__lt=today, case__suspended_on=None)
    return where


def _works(by: Actor) -> list[Work]:
    """What this person may have a part in."""
    return [each for each in worklist.works() if policy.may(by, each.view)]


def _columns(today: date, counted: bool) -> list[Column]:
    """counted: whether anything is counted of any row; a column of nothing is left out."""
    works = worklist.by_kind()
    pages = {kind: address_of(machines()[kind].page) for kind in works}

    def of(row: Any) -> Work:
        return works[row.case.kind]

    def state(row: Any) -> Any:
        return cell("state", of(row).state(row), row.case.state)

    def figure(row: Any) -> Any:
        figure = of(row).figure
        return figure(row) if figure else ""

    shown = [Column("counted", _("Counted"), cell=figure)] if counted else []
    return [
        Column("text", _("What it is about"), cell=lambda row: of(row).title(row), kind="text",
               link=lambda row: pages[row.case.kind](row.pk)),
        Column("kind", _("Kind"), cell=lambda row: of(row).kinds[row.case.kind]),
        Column("state", _("State"), cell=state),
        Column("grade", _("Grade"), cell=lambda row: of(row).mark(row)),
        *shown,
        Column("area", _("Area"), cell="case.area.name"),
        Column("whose", _("Enterprise or unit"), cell=lambda row: of(row).whose(row), kind="text",
               phone=False),
        Column("found", _("Day begun"), cell="case.opened_on", kind="day", sort="found",
               phone=False),
        Column("due", _("Deadline"), cell=columns.due_of(today), sort="due"),
    ]  # fmt: skip


def _tabs(
    waiting: Sequence[Heaps], codes: Sequence[str], labels: Mapping[str, str | Promise], chosen: str
) -> list[tuple[str, str, bool, int | str | None]]:
    def count(code: str = "") -> int | str | None:
        """Up to "99+"; a case that waits for two steps is one case."""
        found = sum(len(heaps.waiting(code)) for heaps in waiting)
        return f"{worklist.COUNT_MAX}+" if found > worklist.COUNT_MAX else found or None

    found: list[tuple[str, str, bool, int | str | None]] = [
        (_("All that waits"), address("work:list"), not chosen, count())
    ]
    # What nothing waits in would only push the rest off a phone.
    found += [
        (str(labels[code]), address("work:tray", code), code == chosen, count(code))
        for code in codes
        if code == chosen or count(code)
    ]
    found.append((_("started by me"), address("work:tray", "mine"), chosen == "mine", None))
    found.append((_("dealt with"), address("work:tray", "done"), chosen == "done", None))
    return found


def _uuids(field: str, texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Unreadable(field=field, reason=_("load the page again")) from None


@require_POST
@requires("hazard.receive")
def sign(request: HttpRequest) -> HttpResponse:
    """Sign for receipt of what was ticked, or of everything that waits, whatever its kind."""
    by, at = actor_of(request), timezone.now()
    [request_id] = _uuids("request_id", [request.POST.get("request_id", "")])
    ticked = set(_uuids("ids", request.POST.getlist("ids")))
    # Nobody signs for what the list that they looked at left out.
    kind, late = request.POST.get("kind", "")[:20], request.POST.get("late")
    shown = _narrowed(kind.replace("\x00", ""), late, timezone.localdate(at))
    chosen: list[tuple[Work, list[UUID]]] = []
    for each in worklist.works():
        heap = next((one for one in each.trays(by) if one.code == "receive"), None)
        if heap is None or each.sign is None or not policy.may(by, heap.needs):
            continue
        rows = policy.permitted(each.rows, heap.needs, by)
        # What was ticked may be signed by now, which a repeat of this click must not stumble over.
        rows = rows.filter(pk__in=ticked) if ticked else rows.filter(heap.where, shown)
        if found := list(rows.order_by("pk").values_list("pk", flat=True)[:SIGNED_AT_ONCE]):
            chosen.append((each, found))
    if ticked - {pk for _work, pks in chosen for pk in pks}:
        raise NotFound
    for each, pks in chosen:
        assert each.sign is not None
        each.sign(pks, by, at, request_id)
    if chosen:
        count = sum(len(pks) for _work, pks in chosen)
        messages.success(request, _("Signed for %(count)d.") % {"count": count})
    return go_on(request, address("work:list"))
