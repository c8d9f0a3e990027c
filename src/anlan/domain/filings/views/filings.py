"""The list of filings, the page of one, and filling it in like a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
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
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.filings import (
    checking,
    columns,
    commands,
    deriving,
    entering,
    figuring,
    grids,
    heads,
    judging,
    mixing,
    queries,
    steps,
    tabs,
)
from anlan.domain.filings.deriving import Read
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.figuring import Shown
from anlan.domain.filings.history import timeline_of
from anlan.domain.filings.levels import RULE, Below
from anlan.domain.filings.loop import FILING, STATES
from anlan.domain.filings.models import Entry, Filing
from anlan.domain.filings.refusals import CellsWrong, DraftMoved
from anlan.domain.filings.views import kept
from anlan.domain.filings.work import ROW
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import offering
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.loop.models import Event, Extension
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.pages import go_on, render_page

kept_lists.register("filings:list", page="filings:list")
TIMELINE_SHOWN = 200
#: Cells to be mended that a page names: of one reason, and in all. Each is marked in the sheet.
SAME_MAX, WRONG_MAX = 5, 40
ENTRY_LOOKS = {
    "sent": ("blue", "clock"), "returned": ("red", "arrow-back-up"), "received": ("green", "check"),
    "replaced": ("line", "history"), "wished": ("amber", "clock"), "refused": ("red", "ban"),
}  # fmt: skip


@require_GET
@requires("filings.view")
def filing_list(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    filters = columns.filters(request.GET, columns.form_choices(queries.forms(by)))
    rows = queries.narrowed(queries.filings(by), filters, today).select_related(*ROW)
    kept = kept_lists.Kept(request, columns.columns(today))
    context = {
        "filters": filters, "page": filters.order(columns.ORDERS, "due").page(rows, request.GET),
        "sort": filters.sort(columns.ORDERS, "due"), "kept": kept, "columns": kept.columns,
        "tabs": tabs.of(by, "list"), "may_make": policy.may(by, "forms.make"),
    }  # fmt: skip
    return render_page(request, "filings/list.html", "filings/_list.html", context)


def _rows() -> Any:
    return Filing.objects.select_related(
        "case__area", "form__unit", "form__area", "asked", "unit__area"
    )


@require_GET
@requires("filings.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, *, bad_step: tuple[str, Any] | None = None,
    given: Mapping[str, Any] | None = None, refused: Refusal | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    row = policy.access(_rows(), "filings.view", by, pk)
    case, asked = row.case, Asked.of(row)
    allowed = policy.allowed(Filing, pk, {one.permission for one in steps.PAGES}, by)
    entries = list(row.entries.order_by("-number"))
    standing = next((one for one in entries if one.status in Entry.STANDING), None)
    wished = next((one for one in entries if one.status == "wished"), None)
    wishes = list(Extension.objects.filter(case=pk).order_by("-asked_at"))
    waiting = loop.pending_reviews(FILING, case) if case.state == "verified" else []
    around = steps.Around(
        next((one for one in wishes if one.granted is None), None), wished is not None,
        waiting[0].unit_id if waiting else None, set(policy.units_of(by, JUDGES)),
    )  # fmt: skip
    dialogs = offering.dialogs(
        steps.offered(row, allowed, around), bad_step, lambda one: _form(one, row)
    )
    filling = case.state == "assigned" and "filings.file" in allowed
    draft = given if given is not None else row.draft
    moved = isinstance(refused, DraftMoved)
    wrong, more = _named([] if moved else _wrong(refused))
    now = {}
    if standing is not None and not filling:
        now = deriving.of_filing(asked.filing, asked.definition, asked.items, at)
    shown, tables = _tables(asked, standing, draft, filling, refused, now, at)
    how = queries.stands(row, today)
    every = None if request.GET.get("history") == "all" else TIMELINE_SHOWN
    events = list(Event.objects.filter(case=case).order_by("-seq")[:every])
    context = {
        "row": row, "case": case, "form": row.form, "asked": asked, "dialogs": dialogs,
        "bad": bad_step[0] if bad_step else "", "filling": filling, "grids": tables,
        "entries": entries, "looks": ENTRY_LOOKS, "standing": standing, "wished": wished,
        "wishes": wishes, "wish": around.wish, "waiting": waiting,
        "differences": _differences(asked, entries), "period": columns.period_label(row.code),
        "doubles": _doubles(asked, standing, now), "below": shown.below.units,
        "held": [] if filling or standing is None else _held(asked, standing),
        "in_time": judging.in_time(row), "mended": _mended(entries),
        "how": how, "stands": queries.STANDS[how], "tone": queries.TONES[how],
        "state": STATES[case.state], "rung": RUNGS[case.rung - 1] if case.rung else "",
        "days": (case.due_on - today).days if case.unsettled and case.due_on else None,
        "timeline": timeline_of(events), "earlier": events[-1].seq - 1 if events else 0,
        "records": _records(asked, standing, draft, filling),
        "refused": str(refused) if refused else "",
        "wrong": wrong, "wrong_more": more, "findings": _reasons(shown, draft, refused),
        "head": heads.lines(row, standing),
        "kept": kept.of_page(row, asked, by) if "filings.file" in allowed else None,
        "given": given is not None, "moved": _against(asked, draft, row.draft) if moved else [],
        "may_correct": case.state == "closed" and "filings.file" in allowed and wished is None,
        "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "filings/page.html", "filings/page.html", context, status)


@dataclass(frozen=True)
class Mended:
    """What became of it after it was sent back: beside whether it came in time."""

    times: int
    back_on: date
    again_on: date | None


def _mended(entries: Sequence[Entry]) -> Mended | None:
    """Of entries, the newest first; None where none was sent back."""
    back = [one for one in entries if one.status == "returned" and one.answered_at]
    if not back:
        return None
    again = [one.day for one in entries if one.number > back[0].number and one.status != "wished"]
    return Mended(len(back), timezone.localdate(back[0].answered_at), min(again, default=None))


def _tables(
    asked: Asked, standing: Entry | None, draft: Mapping[str, Any], filling: bool,
    refused: Refusal | None, now: Mapping[str, Read], at: Any,
) -> tuple[Shown, list[grids.Grid]]:  # fmt: skip
    """What stands is shown as it was submitted; what is being filled in, as the ledger is now."""
    if standing is not None and not filling:
        shown = figuring.entry_shown(asked, standing, at)
        # A year to date that is declared in part is told apart, not held against the ledger's.
        mixed = mixing.year_bases(asked.definition) if asked.filing.declares else {}
        plain = {k: one for k, one in now.items() if k not in mixed and k not in shown.declared}
        return shown, grids.grids(asked, shown, now=plain)
    texts = draft.get("values", {})
    typed = entering.read(asked, texts, draft.get("lists", {}))
    shown = figuring.shown(asked, figuring.typed_values(typed), at=at, judged=filling)
    bad = {one["cell"]: one["reason"] for one in _wrong(refused)}
    if not filling:
        return shown, grids.grids(asked, shown)
    return shown, grids.grids(asked, shown, typed=texts, bad=bad)


def _doubles(
    asked: Asked, standing: Entry | None, now: Mapping[str, Read]
) -> list[tuple[str, str, str, str]]:
    """Cells that the unit declared and that the ledger counts by now as well."""
    if standing is None:
        return []
    found = []
    for key in asked.typed:
        declared, counted = standing.values.get(key), now[key].value if key in now else None
        if isinstance(declared, int) and declared and counted:
            digits = asked.digits[key]
            found.append((key, asked.known[key].label, checking.written(declared, digits),
                          checking.written(counted, digits)))  # fmt: skip
    return found


def _against(
    asked: Asked, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Cell by cell what was sent against what a colleague kept meanwhile."""
    own, there = kept.fields(mine), kept.fields(theirs)
    found = []
    for name in dict.fromkeys((*own, *there)):
        key = name.partition("-")[2]
        if own.get(name, "") != there.get(name, ""):
            label = asked.known[key].label if key in asked.known else key
            found.append((label, own.get(name, ""), there.get(name, "")))
    return found


def _wrong(refused: Refusal | None) -> list[dict[str, str]]:
    """Cells that a refusal names."""
    if refused is None:
        return []
    if isinstance(refused, CellsWrong):
        return list(refused.data["cells"])
    name = str(refused.data.get("field", ""))
    reason = str(refused.data.get("reason", refused))
    return [{"cell": name, "label": str(refused.data.get("cell", "")), "reason": reason}]


def _named(wrong: list[dict[str, str]]) -> tuple[list[dict[str, str]], int]:
    """Of a reason that many cells share the first few, and how many more are to be mended."""
    counts: Counter[str] = Counter()
    found: list[dict[str, str]] = []
    for one in wrong:
        counts[one["reason"]] += 1
        if counts[one["reason"]] <= SAME_MAX and len(found) < WRONG_MAX:
            found.append(one)
    return found, len(wrong) - len(found)


def _held(asked: Asked, standing: Entry) -> list[str]:
    """What stands and seems to hold what the units below declared since: for who receives it."""
    if RULE.key in standing.reasons:
        return []
    return [one.text for one in Below.of(asked.filing).doubts(asked, standing.values)]


def _reasons(
    shown: Shown, draft: Mapping[str, Any], refused: Refusal | None
) -> list[tuple[str, checking.Finding, str]]:
    """Doubts that ask for a reason; once something was submitted, or reasons are there."""
    given = draft.get("reasons", {})
    if refused is None and not given:
        return []
    return [
        (checking.reason_key(one), one, str(given.get(checking.reason_key(one), "")))
        for one in shown.findings if not one.stops
    ]  # fmt: skip


def _records(
    asked: Asked, standing: Entry | None, draft: Mapping[str, Any], filling: bool
) -> dict[str, Any]:
    """By cell that lists: rows to fill in, or what was listed and which of it counts."""
    lists = asked.lists
    if not lists:
        return {}
    if filling:
        blank = [["", "", ""]] * grids.BLANK_ROWS
        return {key: [*draft.get("lists", {}).get(key, []), *blank] for key in lists}
    found: dict[str, Any] = {key: [] for key in lists}
    if standing is not None:
        rows = standing.records.select_related("winner__unit", "winner__entry__filing")
        for one in rows.order_by("cell", "place"):
            found.setdefault(one.cell, []).append(one)
    return found


def _differences(asked: Asked, entries: list[Entry]) -> dict[int, list[tuple[str, str, str]]]:
    """By number of an entry, what it changed against the one before that stood or was asked."""
    found = {}
    for now, before in pairwise(entries):
        changed = checking.changed(before.values, now.values)
        found[now.number] = [
            (asked.known[key].label,
             checking.written(before.values.get(key), asked.digits[key]) or "—",
             checking.written(now.values.get(key), asked.digits[key]) or "—")
            for key in changed if key in asked.known
        ]  # fmt: skip
    return found


def _form(one: offering.StepPage, row: Filing, data: Any = None) -> Any:
    initial = {"request_id": uuid7(), "seen": row.case.version}
    return one.form(data, initial=initial, auto_id=f"{one.code}_%s")


def typed_of(data: Any, asked: Asked) -> dict[str, Any]:
    """What a page sent: cells, lists and reasons, as they were typed."""
    cells = (*asked.typed, *asked.texts)
    values = {key: entering.written_text(data.get(f"c-{key}", "")) for key in cells}
    lists = {}
    for key in asked.lists:
        parts = [data.getlist(f"l-{key}-{name}") for name in ("day", "subject", "what")]
        rows = [list(one) for one in zip(*parts, strict=False)]
        lists[key] = [row for row in rows if any(part.strip() for part in row)]
    reasons = {
        name.removeprefix("why-"): value for name, value in data.items() if name.startswith("why-")
    }
    return {"values": {k: v for k, v in values.items() if v.strip()}, "lists": lists,
            "reasons": reasons}  # fmt: skip


def _seq(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


@require_POST
@requires("filings.file")
def fill(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what was typed (暂存), or submit it. What is wrong comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(_rows(), "filings.file", by, pk, at=at)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise NotFound
    given, seq = typed_of(request.POST, Asked.of(row)), _seq(request.POST.get("draft_seq", ""))
    call: dict[str, Any] = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"]}
    if request.POST.get("act") == "submit":
        try:
            commands.submit(pk, **given, seq=seq, seen=form.cleaned_data["seen"], **call)
        except Refusal as refusal:
            if refusal.status >= 409 and not isinstance(refusal, DraftMoved):
                raise
            return _page(request, pk, given=given, refused=refusal,
                         status=refusal.status if refusal.status == 409 else 422)  # fmt: skip
        messages.success(request, _("Submitted: it is on its way."))
        return go_on(request, reverse("filings:page", args=[pk]))
    alone = bool(request.headers.get("X-Autosave"))
    if alone and seq is None:
        raise NotFound
    try:
        commands.save(pk, **given, seq=seq, **call)
    except Refusal as refusal:
        # What was typed stays before whoever typed it, whatever a colleague kept meanwhile.
        if alone or refusal.status in (403, 404):
            raise
        return _page(request, pk, given=given, refused=refusal, status=refusal.status)
    if alone:
        # The one after that which it was typed over: another may stand by now.
        return HttpResponse(status=204, headers={"X-Draft-Seq": str((seq or 0) + 1)})
    messages.success(request, _("Kept as a draft; nothing of it counts yet."))
    return go_on(request, reverse("filings:page", args=[pk]))


@require_POST
@requires("filings.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a filing's page. A form to be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(_rows(), "filings.view", by, pk, at=at)
    one = offering.page_of(steps.BY_CODE, code)
    form = _form(one, row, request.POST)
    return offering.answer(
        request, pk, one, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad_step=bad, status=422),
        done=lambda: reverse("filings:page", args=[pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("filings.file")
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask to correct what was received (更正): the same sheet, with what stands in it."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(_rows(), "filings.file", by, pk, at=at)
    asked = Asked.of(row)
    old = row.entries.filter(status=Entry.Status.RECEIVED).first()
    if old is None:
        raise NotFound
    given = {"values": grids.texts(asked, old.values), "reasons": dict(old.reasons)}
    reason, refused = "", None
    if request.method == "POST":
        form = StepForm(request.POST)
        if not form.is_valid():
            raise NotFound
        sent = typed_of(request.POST, asked)
        given, reason = {"values": sent["values"], "reasons": sent["reasons"]}, request.POST.get(
            "reason", ""
        )  # fmt: skip
        try:
            commands.ask_correction(
                pk, values=given["values"], reason=reason, reasons=given["reasons"],
                seen=form.cleaned_data["seen"], by=by, at=at,
                request_id=form.cleaned_data["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status >= 409:
                raise
            refused = refusal
        else:
            messages.success(request, _("The correction is asked for; until then the old stands."))
            return go_on(request, reverse("filings:page", args=[pk]))
    return _correcting(request, row, asked, old, given, reason, refused, at, by)


def _correcting(
    request: HttpRequest, row: Filing, asked: Asked, old: Entry, given: Mapping[str, Any],
    reason: str, refused: Refusal | None, at: Any, by: Actor,
) -> HttpResponse:  # fmt: skip
    derived = figuring.kept(asked, old, whole=False)
    typed = entering.read(asked, given["values"], {})
    lists = {key: old.values[key] for key in asked.lists if key in old.values}
    shown = figuring.shown(asked, {**typed.values, **lists}, at=at, derived=derived)
    bad = {one["cell"]: one["reason"] for one in _wrong(refused)}
    wrong, more = _named(_wrong(refused))
    context = {
        "row": row, "form": row.form, "asked": asked, "period": columns.period_label(row.code),
        "grids": grids.grids(asked, shown, typed=given["values"], bad=bad), "reason": reason,
        "refused": str(refused) if refused else "", "wrong": wrong, "wrong_more": more,
        "findings": _reasons(shown, given, refused), "request_id": uuid7(), "case": row.case,
        "filling": True, "records": {}, "given": refused is not None,
        "kept": kept.of_correction(
            {"values": grids.texts(asked, old.values), "reasons": dict(old.reasons)}, by
        ),
    }  # fmt: skip
    status = 422 if refused else 200
    return render_page(request, "filings/correct.html", "filings/correct.html", context, status)
