"""The roll-up of a form, the two lines beside each other, and what is behind each number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.progress import records as figure_records
from anlan.domain.filings import (
    checking,
    columns,
    commands,
    deriving,
    figuring,
    grids,
    queries,
    rollup,
    terms,
)
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Chain, Entry, Filing, Form, Record
from anlan.domain.filings.views.forms import form_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import sql
from anlan.kernel.facts.behind import Asked as AskedFigure
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.models import Fact
from anlan.kernel.facts.opening import address_of
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.loop.models import Event, Party, PartyRole
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Given
from anlan.ui.pages import go_on, render_page

#: Filings that one press receives or urges.
AT_ONCE = 500
#: Of what several units list, the rows that a page shows before one asks for all.
LOST_SHOWN = 200
#: Cells that stand beside each other; of a section with more, those of one row or column.
BESIDE_MAX = 30


#: Its code, what it is called, its cells.
Part = tuple[str, str, list[terms.Place]]


@require_GET
@requires("forms.view")
def table(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Unit by cell, with the sums; ?how= shows those that stand so."""
    by, at = actor_of(request), timezone.now()
    form = form_of(pk, "forms.view", by)
    codes = rollup.codes_of(form)
    if code not in codes:
        raise NotFound
    how, line = request.GET.get("how", ""), request.GET.get("line", "")
    line = line if line in Chain.values else form.line
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 6 else 0
    found = rollup.table(form, code, by, at, after=start, how=how, line=line)
    sections = [(section, [place for place in found.asked.known.values()
                           if place.section.key == section.key])
                for section in found.asked.definition.sections]  # fmt: skip
    chosen = request.GET.get("section", "")
    current = next((one for one in sections if one[0].key == chosen), sections[0])
    heaps = _heaps(*current)
    parts = [part for _label, each in heaps for part in each]
    wanted = request.GET.get("part")
    part = next((one for one in parts if one[0] == wanted), parts[0] if parts else None)
    mine = queries.filings(by).filter(form=form, code=code)
    receiving = policy.permitted(mine, "filings.receive", by)
    at_place = codes.index(code)
    context = {
        "form": form, "table": found, "period": found.period, "code": code, "how": how,
        "line": line, "sections": sections, "start": start, "section": current[0],
        "heaps": heaps, "part": part[0] if part else "", "places": part[2] if part else current[1],
        "tabs": [(one.title or form.title, f"?section={one.key}&line={line}&how={how}",
                  one.key == current[0].key) for one, _places in sections],
        "shown": rollup.UNITS_SHOWN, "stands": queries.STANDS, "tones": queries.TONES,
        "complete": queries.complete(found.counts), "written": _written(found),
        "earlier": codes[at_place + 1] if at_place + 1 < len(codes) else "",
        "later": codes[at_place - 1] if at_place else "",
        "sees_sum": rollup.sees_sum(form, by),
        "other_line": form.filings.filter(code=code).exclude(line=form.line).exists(),
        "chains": dict(Chain.choices), "waiting": _receivable(receiving, by).count(),
        "to_urge": receiving.filter(case__state="assigned", case__due_on__lt=timezone.localdate(at))
        .count(),
        "request_id": uuid7(), "label_of": columns.period_label, "amount": checking.written,
        "doubles": [one for key, total in found.totals.items() for one in total.doubles
                    if found.asked.known[key].cell.over == "period"
                    and found.asked.known[key].cell.mode == "derived"],
    }  # fmt: skip
    return render_page(request, "filings/rollup.html", "filings/rollup.html", context)


def _heaps(section: terms.Section, places: Sequence[terms.Place]) -> list[tuple[str, list[Part]]]:
    """What a section that is too wide can be looked at by; nothing of one that isn't."""
    if len(places) <= BESIDE_MAX:
        return []
    rows = [
        (f"r-{row.key}", row.label, [each for each in places if each.row.key == row.key])
        for row in section.rows
    ]
    columns = [
        (f"c-{one.key}", one.label, [each for each in places if each.column.key == one.key])
        for one in section.columns
    ]
    return [(_("One row"), rows), (_("One column"), columns)]


def _written(found: rollup.Table) -> Any:
    def said(line: rollup.Line, key: str) -> str:
        return checking.written(line.values.get(key), found.asked.digits[key])

    return said


def _receivable(rows: Any, by: Actor) -> Any:
    """What waits for nobody else, and wasn't submitted by the reader himself."""
    own = Event.objects.filter(step="rectify", user_id=by.user_id).values("case")
    between = Party.objects.filter(
        until=None, role=PartyRole.ASSIGNER, rank__gt=1, confirmed_at=None
    )
    return (
        rows.filter(case__state="verified")
        .exclude(case__in=own)
        .exclude(case__in=between.values("case"))
    )


def _left(n: int) -> str:
    """What one press didn't reach, and how to go on."""
    return " " + _("%(n)d more wait: press again.") % {"n": n} if n else ""


@require_POST
@requires("filings.receive")
def receive_all(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Receive every filing of a period that waits for nobody else."""
    by, at = actor_of(request), timezone.now()
    form = form_of(pk, "forms.view", by, at)
    sent = StepForm(request.POST)
    if not sent.is_valid():
        raise NotFound
    mine = policy.permitted(Filing.objects.filter(form=form, code=code), "filings.receive", by)
    pks = list(_receivable(mine, by).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if pks:
        commands.receive(pks, by=by, at=at, request_id=sent.cleaned_data["request_id"])
    said = _("%(n)d filings were received.") % {"n": len(pks)}
    messages.success(request, said + _left(_receivable(mine, by).count()))
    return go_on(request, reverse("filings:rollup", args=[pk, code]))


@require_POST
@requires("filings.receive")
def urge_all(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Urge every unit whose filing is missing and that wasn't urged lately."""
    by, at = actor_of(request), timezone.now()
    form = form_of(pk, "forms.view", by, at)
    sent = StepForm(request.POST)
    if not sent.is_valid():
        raise NotFound
    mine = policy.permitted(Filing.objects.filter(form=form, code=code), "filings.receive", by)
    pks = queries.to_urge(mine, by, timezone.localdate(at))[:AT_ONCE]
    if pks:
        commands.urge(pks, by=by, at=at, request_id=sent.cleaned_data["request_id"])
    said = _("%(n)d units were urged.") % {"n": len(pks)}
    left = len(queries.to_urge(mine, by, timezone.localdate(at))) if len(pks) == AT_ONCE else 0
    messages.success(request, said + _left(left))
    return go_on(request, reverse("filings:rollup", args=[pk, code]))


@require_GET
@requires("forms.view")
def beside(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """条块对账: the other line's numbers beside the main one's, cell by cell."""
    by, at = actor_of(request), timezone.now()
    form = form_of(pk, "forms.view", by)
    if code not in rollup.codes_of(form) or not rollup.sees_sum(form, by):
        raise NotFound
    rows = rollup.beside(form, code, by, at)
    lost, every = _lost(form, code), request.GET.get("lost") == "all"
    context = {
        "form": form, "code": code, "period": periods.parse(code), "rows": rows,
        "written": checking.written, "chains": dict(Chain.choices),
        "other": Chain.SECTOR if form.line == Chain.AREA else Chain.AREA,
        "lost": lost if every else lost[:LOST_SHOWN], "shown": rollup.UNITS_SHOWN,
        "lost_left": 0 if every else max(0, len(lost) - LOST_SHOWN),
    }  # fmt: skip
    return render_page(request, "filings/beside.html", "filings/beside.html", context)


def _lost(form: Form, code: str) -> list[Record]:
    """Visits and hazards that several units listed, with the one that counts (S310)."""
    rows = Record.objects.filter(
        stands=True, won=False, winner__isnull=False, entry__filing__form=form,
        entry__filing__code=code,
    )  # fmt: skip
    return list(rows.select_related("unit", "winner__unit", "item").order_by("day", "pk"))


@require_GET
@requires("forms.view")
def behind(request: HttpRequest, pk: UUID, code: str, cell: str) -> HttpResponse:
    """The filings that a sum is made of; those that the reader may see, and how many more."""
    by, at = actor_of(request), timezone.now()
    form = form_of(pk, "forms.view", by)
    if code not in rollup.codes_of(form) or not rollup.sees_sum(form, by):
        raise NotFound
    found = rollup.table(form, code, by, at)
    place = found.asked.known.get(cell)
    if place is None:
        raise NotFound
    if place.cell.mode == "derived" and not place.cell.instead:
        return _records(request, form, None, place, found.period, form.area, ())
    seen = queries.filings(by).filter(form=form, code=code, line=form.line)
    rows = Entry.objects.filter(filing__in=seen, status__in=Entry.STANDING)
    page: Any = Keyset.by("filing__unit__path", "pk").page(
        rows.select_related("filing__unit", "filing__case"), request.GET
    )
    context = {
        "form": form, "code": code, "period": found.period, "place": place, "page": page,
        "total": found.totals[cell], "filters": Given({}),
        "values": {one.pk: checking.written(
            rollup._values(found.asked, one.filing, one).get(cell), found.asked.digits[cell])
            for one in page.rows},
    }  # fmt: skip
    return render_page(request, "filings/behind.html", "filings/behind.html", context)


@require_GET
@requires("filings.view")
def records(request: HttpRequest, pk: UUID, cell: str) -> HttpResponse:
    """The ledger's facts behind a derived cell of one filing."""
    by = actor_of(request)
    row = policy.access(
        Filing.objects.select_related("form", "asked", "unit__area", "case"), "filings.view", by, pk
    )
    asked = Asked.of(row)
    place = asked.known.get(cell)
    if place is None or place.cell.mode != "derived":
        raise NotFound
    sectors: Any = ()
    if row.line == Chain.SECTOR:
        today = timezone.localdate()
        sectors = deriving.sectors_of([row.unit_id], today).get(row.unit_id, ())
    return _records(request, row.form, row, place, deriving.period_of(row), row.unit.area, sectors)


def _records(
    request: HttpRequest, form: Form, row: Filing | None, place: terms.Place, period: Period,
    area: Region, sectors: Any,
) -> HttpResponse:  # fmt: skip
    by = actor_of(request)
    definition_items = deriving.items_of(terms.Definition(sections=(place.section,)))
    indicator = deriving.indicator_of(place.cell, definition_items)
    if indicator is None:
        raise NotFound
    if place.cell.over == "year":
        period = period.cumulative()
    where = Fact.objects.none()
    for code, labels in zip(indicator.kinds, indicator.filters, strict=True):
        where = where | _facts(code, labels, area, period, sectors)
    rows, note = figure_records.open_to(where, by, area)
    page: Any = figure_records.ORDER.page(rows.select_related("kind", "labels"), request.GET)
    list_url = ""
    if len(indicator.kinds) == 1 and not sectors:
        [code], [labels] = indicator.kinds, indicator.filters
        wanted = {name: list(values) for name, values in labels.items()}
        list_url = address_of(AskedFigure(code, area, period, wanted))
    context = {
        "form": form, "row": row, "place": place, "period": period, "area": area, "note": note,
        "sums": figure_records.sums(rows), "list_url": list_url,
        "indicator": indicator, "page": page, "filters": Given({}),
        "records": figure_records.shown(page.rows, by), "ratio": len(indicator.kinds) > 1,
    }  # fmt: skip
    return render_page(request, "filings/records.html", "filings/records.html", context)


def _facts(code: str, labels: Any, area: Region, period: Period, sectors: Any) -> Any:
    """The facts of one kind that a figure sums; of what stands, all since the beginning."""
    places = Region.objects.below(area).values("pk")
    rows = Fact.objects.filter(kind__code=code, area_id__in=places, day__lte=period.end)
    if known(code).measure is not Measure.STOCK:
        rows = rows.filter(day__gte=period.start)
    for name, values in labels.items():
        rows = rows.filter(sql.labelled(name, values))
    return rows.filter(sql.labelled("sector", sectors)) if sectors else rows


@require_GET
@requires("filings.view")
def entry(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One submission as it was, whatever took its place."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(
        Filing.objects.select_related("form__unit", "asked", "unit__area", "case"),
        "filings.view", by, pk,
    )  # fmt: skip
    one = row.entries.filter(number=number).first()
    if one is None:
        raise NotFound
    asked = Asked.of(row)
    earlier = row.entries.filter(number__lt=number).order_by("-number").first()
    before = figuring.entry_shown(asked, earlier, at).values if earlier else None
    shown = figuring.entry_shown(asked, one, at)
    listed: dict[str, Any] = {}
    for record in one.records.select_related("winner__unit").order_by("cell", "place"):
        listed.setdefault(record.cell, []).append(record)
    context = {
        "row": row, "form": row.form, "entry": one, "asked": asked, "filling": False,
        "grids": grids.grids(asked, shown, before=before), "records": listed,
        "period": columns.period_label(row.code), "earlier": earlier,
    }  # fmt: skip
    return render_page(request, "filings/entry.html", "filings/entry.html", context)
