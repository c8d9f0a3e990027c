"""What is listed, and one hazard with all that stands over it: its listing, team, papers."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Grade, Hazard
from anlan.domain.supervision import acts, columns, oversight, queries
from anlan.domain.supervision.columns_reports import line_state
from anlan.domain.supervision.commands.reports import DUAL_FILES
from anlan.domain.supervision.commands.teams import LOG_FILES
from anlan.domain.supervision.files import files_of
from anlan.domain.supervision.loop import MOVED_OUT, NAMES, RESIDENT_DAYS, STATES
from anlan.domain.supervision.models import DualReport, Escalation, LogEntry
from anlan.domain.supervision.tabs import tabs
from anlan.kernel.accounts import policy, readers, sectors
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.kernel.calendar import periods
from anlan.kernel.loop import offering
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.papers import attachments
from anlan.kernel.papers.models import Attachment
from anlan.kernel.regions.models import Level, Region
from anlan.ui.figures import Basis
from anlan.ui.lists import Given, chosen
from anlan.ui.pages import go_on, render_page


@require_GET
@requires("listed.view")
def listed(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    asked = columns.listed_filters(request.GET)
    order = asked.order(columns.LISTED_ORDERS, "due")
    context = {
        "tabs": tabs(by, "listed"), "filters": asked,
        "page": oversight.listings(by, asked, order, request.GET),
        "sort": asked.sort(columns.LISTED_ORDERS, "due"),
        "columns": chosen(columns.listed_columns(today), request.GET.get("cols", "")),
        "figures": _figures(by, today.year, at),
    }  # fmt: skip
    return render_page(request, "supervision/listed.html", "supervision/_listed.html", context)


def _figures(by: Actor, year: int, at: Any) -> list[Any]:
    """This year's sums for the widest area that one answers for; each opens to its log entries."""
    areas = readers.areas_of(by)
    if not areas:
        return []
    area = areas[0]
    sums = oversight.figures_of(by, area, periods.year(date(year, 1, 1)), at)
    url = f"{reverse('supervision:stays')}?area={area.code}&year={year}"
    return [
        (
            _("%(what)s, %(area)s, %(year)s")
            % {"what": kind.label, "area": area.name, "year": year},
            sums.get(kind.code, 0), url, kind.unit, Basis(str(kind.basis), ""),
        )
        for kind in (MOVED_OUT, RESIDENT_DAYS)
    ]  # fmt: skip


@require_GET
@requires("listed.view")
def stays(request: HttpRequest) -> HttpResponse:
    """The log entries that the two figures count, day by day."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    areas = readers.areas_of(by)
    code = request.GET.get("area", "")[:20]
    area = Region.objects.filter(code=code).first() if code else next(iter(areas), None)
    if area is None:
        raise NotFound
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 and 1949 < int(text) < 2200 else 0
    year = year or today.year
    filters = Given({"area": area.code, "year": str(year)})
    context = {
        "tabs": tabs(by, "listed"), "area": area, "year": year, "filters": filters,
        "page": oversight.entries(
            by, area, date(year, 1, 1), date(year, 12, 31), request.GET, at
        ),
        "columns": columns.ENTRY_COLUMNS,
        "sums": oversight.figures_of(by, area, periods.year(date(year, 1, 1)), at),
        "moved_out": MOVED_OUT, "resident_days": RESIDENT_DAYS,
        "years": range(today.year, today.year - 3, -1),
    }  # fmt: skip
    return render_page(request, "supervision/stays.html", "supervision/stays.html", context)


# --- one hazard ----------------------------------------------------------------------------


def _access(request: HttpRequest, pk: UUID) -> Hazard:
    rows = Hazard.objects.select_related(*hazards.ROW)
    return policy.access(rows, "listed.view", actor_of(request), pk)


@require_GET
@requires("listed.view")
def hazard(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def allowed(pk: UUID, by: Actor) -> set[str]:
    """What one may do with this hazard; to decide on its escalation is asked of that row."""
    of_hazard = {act.permission for act in acts.ACTS} - {"escalation.decide"}
    found = policy.allowed(Hazard, pk, of_hazard, by)
    waiting = Escalation.objects.filter(hazard=pk, accepted=None)
    if policy.permitted(waiting, "escalation.decide", by).exists():
        found.add("escalation.decide")
    return found


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = _access(request, pk)
    over = oversight.over(row, timezone.localdate())
    dialogs = offering.dialogs(
        acts.offered(row, over, allowed(pk, by)),
        bad,
        lambda act: act.made(over, **_initial(act, row, today)),
    )
    context = {
        "hazard": row, "case": row.case, "over": over, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "crumbs": crumbs_of(row.case.area),
        "levels": dict(Level.choices), "papers": queries.of_hazard(pk, by), "names": NAMES,
        "lines": _suggested_lines(row), "line_state": line_state,
        "states": STATES, "today": today, "may_write": policy.may(by, "paper.issue"),
    }  # fmt: skip
    return render_page(
        request, "supervision/hazard.html", "supervision/hazard.html", context, status
    )


def _suggested_lines(row: Hazard) -> dict[str, Unit | None]:
    """Who is likely to answer for it as a place and as a sector."""
    case = row.case
    of_sector = (
        sectors.regulators(case.sector_id, case.area, case.opened_on, limit=1)
        if case.sector_id
        else []
    )
    territory = sectors.territory(case.area, case.opened_on)
    return {"territory": territory, "regulator": next(iter(of_sector), None)}


def _initial(act: acts.Act, row: Hazard, today: date) -> dict[str, Any]:
    names = {"day", "on", "since", "signed_on"} & set(act.form.base_fields)
    given: dict[str, Any] = {**dict.fromkeys(names, today), "seen": row.case.version}
    if act.code == "report_direct" and row.case.opened_on == today:
        given["found_at"] = timezone.localtime()
    elif act.code == "report_direct":
        given["found_at"] = datetime.combine(row.case.opened_on, time(9))
    return given


@require_GET
@requires("listed.view")
def of_hazard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the hazard's own page shows beside it."""
    row, today = _access(request, pk), timezone.localdate()
    over = oversight.over(row, today)
    context = {
        "hazard": row, "over": over, "is_major": row.case.grade == Grade.MAJOR,
        "owed": sum(
            (regulator is None) + (congress is None)
            for period, regulator, congress in over.dual_rows
            if period.end < today
        ),
        "levels": dict(Level.choices),
        "papers": queries.of_hazard(pk, actor_of(request)), "states": STATES,
    }  # fmt: skip
    return render(request, "supervision/_of_hazard.html", context)


@require_POST
@requires("listed.view")
def act(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Do something about a hazard. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = _access(request, pk)
    wanted = acts.BY_CODE.get(code)
    if wanted is None:
        raise NotFound
    over = oversight.over(row, timezone.localdate())
    form = chosen_by(wanted.made(over, request.POST), by)
    if not form.is_valid():
        return _page(request, pk, (code, form), status=422)
    try:
        files = files_of(request, "files") if wanted.files else []
        acts.take(wanted, form, row, over, by=by, at=at, files=files)
    except Refusal as refusal:
        return offering.send_back(
            form, refusal, lambda: _page(request, pk, (code, form), status=422)
        )
    messages.success(request, _("Done: %(step)s.") % {"step": wanted.label})
    return go_on(request, reverse("oversight:hazard", args=[pk]))


@require_GET
@requires("listed.view")
def file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """A photo of a team's log, or the paper of a receipt, for whoever may see the hazard."""
    _access(request, pk)
    entries = LogEntry.objects.filter(team__hazard=pk).values_list("pk", flat=True)
    duals = DualReport.objects.filter(hazard=pk).values_list("pk", flat=True)
    one = (
        Attachment.objects.filter(
            Q(object_type=LOG_FILES, object_id__in=[str(each) for each in entries])
            | Q(object_type=DUAL_FILES, object_id__in=[str(each) for each in duals]),
            withdrawn_at=None,
            pk=file,
        )
        .select_related("blob")
        .first()
    )
    if one is None:
        raise NotFound
    return attachments.serve(one, thumbnail=request.GET.get("thumb") == "1")
