"""The figures of a document: confirmed one by one, entered, and listed with where they stand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.intake import commands_figures as commands
from anlan.domain.campaigns.intake import figure_form as form_of
from anlan.domain.campaigns.intake.commands import IntakeNotOpen
from anlan.domain.campaigns.intake.fields import TaskIncomplete
from anlan.domain.campaigns.intake.figures import (
    ACCEPTED,
    ASIDE,
    DROPPED,
    ENTERED,
    OPEN,
    Fields,
    Item,
    after,
    contradictions_at,
    items,
)
from anlan.domain.campaigns.intake.ledger import compared, kinds, why_quoted
from anlan.domain.campaigns.intake.text import figure_lines
from anlan.domain.campaigns.intake.views import (
    call_of,
    intake_of,
    number_of,
    span_of,
    told_against,
)
from anlan.domain.campaigns.models import FigureWords, Intake, QuotedFigure
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.facts.kinds import declared
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Search
from anlan.ui.pages import go_on, is_htmx, render_page, undoable
from anlan.ui.parts import part

#: So many figures are listed beside the open one; arrows and the text reach the others.
NEAR = 60
WORDS_MAX = 200
ORDERS = {"made": Keyset.by("-made_at", "start", "pk")}
GAPS = {
    "indicator": gettext_lazy("It isn't clear what is counted; say so."),
    "period": gettext_lazy("It has no days of its own; fill them in, or leave them empty."),
    "area": gettext_lazy("No area of ours is found by its name; choose one."),
    "contradiction": gettext_lazy("It is part of a contradiction (below)."),
    "repair": gettext_lazy("Its words have lost signs; look at the marked places."),
    "recognised": gettext_lazy("Its words were recognised from a picture and aren't sure."),
    "model": gettext_lazy("A language model proposed it; hold it against the text."),
    "ledger": gettext_lazy("Our own figure is another (below)."),
}


@require_GET
@requires("intakes.view")
def intake_figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Text on the left, one figure on the right; the next with one key."""
    row = intake_of(request, pk)
    if not row.is_countable:
        return go_on(request, reverse("campaigns:intake", args=[pk]))
    every = items(row)
    asked = request.GET.get("item", "")
    item = next((one for one in every if one.key == asked), None) or after(every)
    context = _context(request, row, every, item)
    if not is_htmx(request):
        context |= _paper(row, every)
    return _page(request, context)


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render_page(
        request, "campaigns/intake_figures.html", "campaigns/_intake_figure.html", context, status
    )


def _context(
    request: HttpRequest,
    row: Intake,
    every: list[Item],
    item: Item | None,
    typed_in: Fields | None = None,
) -> dict[str, Any]:
    by, at = actor_of(request), timezone.now()
    fields = typed_in or (item.fields if item else None)
    ours = compared(every, row, at)
    apart = {one.key for one in every if (own := ours.get(one.key)) and own.differs(one.fields)}
    # What nobody is asked about is passed by, unless it is the one that was opened.
    shown = [one for one in every if one.state != ASIDE or one == item]
    at_ = shown.index(item) if item in shown else len(shown)
    area = Region.objects.current().filter(code=fields["area"]).first() if fields else None
    gaps = [*item.gaps, *(["ledger"] if item.key in apart else [])] if item else []
    return {
        "intake": row, "item": item, "fields": fields, "area": area, "request_id": uuid7(),
        "shown": shown[max(0, at_ - NEAR) : at_ + NEAR], "total": len(shown),
        "more": len(shown) > 2 * NEAR, "apart": apart,
        "aside": [one for one in every if one.state == ASIDE][:NEAR],
        "states": {state: sum(one.state == state for one in shown) for state in
                   (OPEN, ACCEPTED, DROPPED, ENTERED)},
        "decided": sum(one.state != OPEN for one in shown),
        "whole": sum(one.state == OPEN and not one.gaps for one in every),
        "before": shown[at_ - 1] if 0 < at_ <= len(shown) else None,
        "behind": shown[at_ + 1] if at_ + 1 < len(shown) else None,
        "gaps": [GAPS[code] for code in gaps],
        "against": [told_against(one) for one in contradictions_at(item, row.reading)]
        if item else [],
        "ours": ours.get(item.key) if item and not typed_in else None,
        "because": _because(item, fields, area, by, at),
        "entered": _entered(row, item),
        "kinds": kinds(fields["indicator"] + fields["unit"]) if fields else [],
        "sorts": form_of.SORTS, "bounds": form_of.BOUNDS, "directions": form_of.DIRECTIONS,
    }  # fmt: skip


def _because(
    item: Item | None, fields: Fields | None, area: Region | None, by: Any, at: Any
) -> tuple[bool, str]:
    """Whether it would be counted, and why not."""
    if item is None or fields is None or item.state == ENTERED or not fields["kind"]:
        return False, ""
    try:
        code = why_quoted(fields, area, by, timezone.localdate(at))
    except ArithmeticError:
        # What was typed isn't a number; the form says so.
        return False, ""
    return not code, str(QuotedFigure.Because(code).label) if code else ""


def _entered(row: Intake, item: Item | None) -> QuotedFigure | None:
    if item is None or item.state != ENTERED:
        return None
    return QuotedFigure.objects.filter(intake=row, key=item.key, withdrawn_at=None).first()


def _paper(row: Intake, every: list[Item]) -> dict[str, Any]:
    reading = row.reading
    spans = [(one.start, one.end, "figure") for one in every if one.state != ASIDE]
    return {
        "lines": figure_lines(reading, spans), "notice": reading.get("notice", {}),
        "all_against": [told_against(one) for one in reading.get("contradictions", ())],
        "tasks": len(reading.get("tasks", ())), "recognised": reading.get("recognised"),
        "model": reading.get("model"),
    }  # fmt: skip


@require_POST
@requires("intakes.decide")
def intake_figure_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One press: take, leave out, open again, add, take all without a gap, or enter."""
    row = intake_of(request, pk)
    if not row.is_countable:
        raise IntakeNotOpen(status=row.get_status_display())
    act, key = request.POST.get("act", ""), request.POST.get("item", "")
    seen = number_of(request, "version")
    if act in ("accept", "drop", "reopen"):
        return _decided(request, row, act, key, seen)
    call = call_of(request)
    if act == "accept_whole":
        commands.accept_whole(pk, seen=seen, **call)
        key = ""
    elif act == "add":
        commands.add(pk, *span_of(request, row), seen=seen, **call)
        keys = list(Intake.objects.get(pk=pk).counted)
        key = next((one for one in reversed(keys) if one.startswith("a")), "")
    elif act == "enter":
        commands.enter(pk, seen=seen, **call)
        _say_entered(request, pk, call["request_id"])
        key = ""
    else:
        raise NotFound
    return go_on(request, _url(pk, key))


def _say_entered(request: HttpRequest, pk: UUID, press: UUID) -> None:
    rows = QuotedFigure.objects.filter(intake=pk, press=press)
    counted = sum(row.is_counted for row in rows)
    said = ngettext(
        "%(n)s figure entered, %(counted)s of them counted in the ledger.",
        "%(n)s figures entered, %(counted)s of them counted in the ledger.", len(rows),
    ) % {"n": len(rows), "counted": counted}  # fmt: skip
    undoable(request, said, reverse("campaigns:figures_withdraw", args=[pk]) + f"?press={press}")


def _url(pk: UUID, key: str = "") -> str:
    return reverse("campaigns:intake_figures", args=[pk]) + (f"?item={key}" if key else "")


def _decided(request: HttpRequest, row: Intake, act: str, key: str, seen: int) -> HttpResponse:
    every = items(row)
    item = next((one for one in every if one.key == key), None)
    if item is None:
        raise NotFound
    fields = None
    if act == "accept" and "indicator" in request.POST:
        try:
            fields = form_of.posted(request.POST, item.fields, row)
        except TaskIncomplete as refusal:
            typed = form_of.typed(request.POST, item.fields)
            context = _context(request, row, every, item, typed) | {"wrong": refusal}
            if not is_htmx(request):
                context |= _paper(row, every)
            return _page(request, context, 422)
    commands.decide(row.pk, key, act, fields, seen=seen, **call_of(request))
    row = intake_of(request, row.pk)
    every = items(row)
    same = next((one for one in every if one.key == key), None)
    chosen = same if act == "reopen" else after(every, key)
    url = _url(row.pk, chosen.key if chosen else "")
    if not is_htmx(request):
        return go_on(request, url)
    response = _page(request, _context(request, row, every, chosen))
    response["HX-Replace-Url"] = url
    return response


@require_POST
@requires("intakes.decide")
def figures_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one figure, or all that one press entered."""
    intake_of(request, pk)
    given = {name: _uuid(request, name) for name in ("figure", "press")}
    if not any(given.values()):
        raise NotFound
    commands.withdraw(pk, figure=given["figure"], press=given["press"], **call_of(request))
    messages.success(request, _("Withdrawn; what was counted of it is taken back."))
    return go_on(request, _url(pk))


def _uuid(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.POST.get(name) or request.GET.get(name, ""))
    except ValueError:
        return None


# --- what was entered ------------------------------------------------------------------------


@require_GET
@requires("intakes.view")
def quoted(request: HttpRequest) -> HttpResponse:
    """Every figure that was confirmed, with its document and whether it is counted."""
    by = actor_of(request)
    asked = Filters(
        (Search("q", gettext_lazy("what is counted")),
         Choice("as", gettext_lazy("counted or quoted"), (
             ("counted", gettext_lazy("counted")), ("quoted", gettext_lazy("quoted only"))))),
        request.GET,
    )  # fmt: skip
    rows = policy.permitted(QuotedFigure.objects.filter(withdrawn_at=None), "intakes.view", by)
    if asked["q"]:
        rows = rows.filter(indicator__contains=asked["q"])
    if asked["as"]:
        rows = (
            rows.filter(quoted_because="")
            if asked["as"] == "counted"
            else rows.exclude(quoted_because="")
        )
    rows = rows.select_related("intake", "area").defer(
        "intake__reading", "intake__decisions", "intake__counted"
    )
    page = asked.order(ORDERS, "made").page(rows, request.GET)
    words = policy.permitted(FigureWords.objects.all(), "intakes.view", by).order_by("words", "pk")
    names = {code: kind.label for code, kind in declared().items()}
    context = {
        "filters": asked, "page": page, "columns": _columns(), "sort": "made",
        "words": [(row, names.get(row.kind, row.kind)) for row in words[:WORDS_MAX]],
        "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "campaigns/quoted.html", "campaigns/_quoted.html", context)


def _columns() -> list[Column]:
    names = {code: kind.label for code, kind in declared().items()}

    def as_what(row: QuotedFigure) -> Any:
        if row.is_counted:
            return part("tag", names.get(row.kind, row.kind), "green")
        return part("tag", QuotedFigure.Because(row.quoted_because).label, "line")

    return [
        Column("indicator", _("What is counted"), kind="text", cell="indicator",
               link=lambda row: _url(row.intake_id, row.key)),
        Column("text", _("In the document"), cell="text"),
        Column("value", _("Value"), kind="number", cell=lambda row: row.value.normalize()),
        Column("measure", _("Unit of measure"), cell="measure", phone=False),
        Column("area", _("Area"), cell=lambda row: row.area.name if row.area else row.region),
        Column("period", _("Period"), cell="period", kind="code"),
        Column("as", _("Taken for"), cell=as_what),
        Column("document", _("Document"), cell="intake.name", phone=False),
        Column("by", _("By"), cell="made_by", phone=False),
    ]  # fmt: skip


@require_POST
@requires("intakes.decide")
def words_forget(request: HttpRequest, pk: int) -> HttpResponse:
    commands.forget(pk, **call_of(request))
    messages.success(request, _("These words are taken for nothing until you choose again."))
    return go_on(request, reverse("campaigns:quoted"))
