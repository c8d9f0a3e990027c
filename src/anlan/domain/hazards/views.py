"""The hazard list, a hazard's page, its steps, and entering a new one."""

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
from anlan.base.paths import ancestors
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.hazards import (
    bulk,
    columns,
    commands,
    criteria,
    exporting,
    forms,
    places,
    queries,
    steps,
)  # fmt: skip
from anlan.domain.hazards.history import timeline_of
from anlan.domain.hazards.models import Batch, Grade, Hazard, Sighting, Source
from anlan.domain.hazards.photos import taken
from anlan.kernel.accounts import lists, permissions, policy, sectors
from anlan.kernel.accounts.gate import actor_of, drawn_beside, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.kernel.loop import offering
from anlan.kernel.loop.engine import state_label
from anlan.kernel.loop.models import Event
from anlan.kernel.loop.settings import RUNGS
from anlan.kernel.papers import attachments
from anlan.kernel.papers.keeping import Kept, Offer
from anlan.kernel.papers.models import Attachment
from anlan.ui.lists import Filters
from anlan.ui.pages import go_on, render_page

# What is taken out as a workbook are the columns that are on screen.
lists.register("hazards:list", "hazards:export", page="hazards:list")
#: Views of capabilities above that draw a panel beside a hazard; each takes its id.
BESIDE = (
    "lists:of_hazard",
    "measures:of_hazard",
    "oversight:of_hazard",
    "library:of_case",
    "campaigns:of_case",
    "bulletins:of_hazard",
)
#: Events that are the first of two signatures: nothing has changed yet.
ASKED = frozenset({"second", "downgrade_asked", "void_asked", "merge_asked"})


@require_GET
@requires("hazard.view")
def hazard_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    asked = columns.filters(request.GET)
    usual = _usual_order(asked)
    order = asked.order(columns.ORDERS, usual)
    page = queries.page(actor_of(request), asked, order, request.GET, today)
    kept = lists.Kept(request, columns.columns(today))
    context = {
        "filters": asked, "page": page, "sort": asked.sort(columns.ORDERS, usual),
        "kept": kept, "columns": kept.columns, "same": columns.same(today),
        **bulk.beside(actor_of(request), page.rows, request),
        "may_find": policy.may(actor_of(request), "hazard.find"),
        "may_import": policy.may(actor_of(request), "hazard.import"),
    }  # fmt: skip
    return render_page(request, "hazards/list.html", "hazards/_list.html", context)


def _usual_order(asked: Filters) -> str:
    """What is late, is late since its deadline: the longest first."""
    return "due" if asked["late"] else "found"


@require_GET
@requires("hazard.export")
def hazard_export(request: HttpRequest) -> HttpResponse:
    """What is on screen as a workbook: the same filters, the same columns, every row."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    asked = columns.filters(request.GET)
    shown = lists.Kept(request, columns.columns(today)).columns
    order = asked.order(columns.ORDERS, _usual_order(asked))
    keys = queries.keys(by, asked, order, today)
    return exporting.answer(keys, shown, asked, by=by, at=at)


@require_GET
@requires("hazard.view")
def hazard_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, forms.StepForm] | None = None,
    kept: Sequence[Offer] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    """A hazard with everything around it; ``bad`` is a step's form that must be mended, with
    the photos that came with it."""
    by, today = actor_of(request), timezone.localdate()
    hazard = queries.opened(by, pk)
    case = hazard.case
    around = queries.around(hazard, by)
    allowed = policy.allowed(
        Hazard,
        pk,
        {page.permission for page in steps.PAGES} | {"hazard.propose", "hazard.rows"},
        by,
    )
    offered = steps.offered(hazard, around, allowed, by)
    own = _own_unit(by) if any(page.code == "list" for page in offered) else None
    dialogs = offering.dialogs(offered, bad, lambda page: _form(page, hazard, own))
    days = (case.due_on - today).days if case.due_on and case.unsettled else None
    photos = list(Attachment.objects.of("hazard", pk).select_related("blob"))
    context = {
        "hazard": hazard, "case": case, "around": around, "days": days,
        "dialogs": dialogs, "bad": bad[0] if bad else "", "kept": kept,
        "crumbs": crumbs_of(case.area),
        "timeline": timeline_of(around.events),
        "before": [_photo(one) for one in photos if one.role in ("before", "evidence")],
        "after": [_photo(one) for one in photos if one.role == "after"],
        "state": state_label(case.state), "rung": RUNGS[case.rung - 1] if case.rung else "",
        "grade": Grade(case.grade).label if case.grade in Grade.values else "",
        "source": Source(case.source).label if case.source in Source.values else case.source,
        "candidates": _candidates(hazard), "major": Grade.MAJOR,
        "proposals": steps.proposals(around) if "hazard.propose" in allowed else [],
        "rungs": RUNGS, "suggested": _suggested(hazard, by) if case.state == "found" else [],
        "may_merge": any(page.code == "merge" for page in offered),
        "about_label": columns.kind_of(hazard),
        "about_details": hazard.about.details if hazard.about else [],
        "spot": places.spot(hazard, may_mend=any(page.code == "locate" for page in offered)),
        "request_ids": [uuid7() for _proposal in around.proposals], "today": today,
        "beside": drawn_beside(BESIDE, pk, by), "first": steps.first_signature(hazard, around),
        "batches": _batches(around.sightings, by),
        "own_unit": own, "may_read_rows": "hazard.rows" in allowed,
    }  # fmt: skip
    return render_page(request, "hazards/page.html", "hazards/page.html", context, status)


def _batches(sightings: Sequence[Sighting], by: Actor) -> set[UUID]:
    """The imports among them that ``by`` may open: a firm reads where it was reported, no more."""
    asked = {one.batch_id for one in sightings}
    if not asked or not policy.may(by, "hazard.import"):
        return set()
    rows = policy.permitted(Batch.objects.filter(pk__in=asked), "batches.view", by)
    return set(rows.values_list("pk", flat=True))


def _own_unit(by: Actor) -> Unit | None:
    return Unit.objects.select_related("area").filter(pk=by.unit_id or 0).first()


def _form(page: offering.StepPage, hazard: Hazard, own: Unit | None) -> forms.StepForm:
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": hazard.case.version}
    if page.form in (forms.Amend, forms.Rectify):
        names = forms.Amend.NAMES if page.form is forms.Amend else forms.Rectify.FIVE
        initial.update({name: getattr(hazard, name) for name in names})
        initial["funds"] = None if hazard.funds is None else hazard.funds / forms.FEN
    if page.form is forms.Point:
        initial.update(lon=hazard.lon, lat=hazard.lat)
    if page.form is forms.ObjectForm and (about := hazard.about):
        initial.update(about=about.kind, **about.given)
    if page.form is forms.GradeForm:
        initial.update(grade=hazard.case.grade, basis=hazard.basis)
    if page.form is forms.Listing:
        initial["level"] = own.area.level if own else None
    if page.form is forms.Move:
        initial.update(sector=hazard.case.sector_id, source=hazard.case.source)
    if page.form is forms.Split:
        initial["descriptions"] = hazard.description
    form: forms.StepForm = page.form(initial=initial, auto_id=f"{page.code}_%s")
    return form


def _photo(one: Attachment) -> dict[str, Any]:
    url = reverse("hazards:file", args=[one.object_id, one.pk])
    return {"url": url, "thumb": url + "?thumb=1", "at": one.at, "note": one.name}


def _candidates(hazard: Hazard) -> Sequence[Any]:
    """Clauses that may make it a major hazard: offered to whoever grades it, never decided."""
    case = hazard.case
    if case.kind != "hazard" or not case.is_open or hazard.basis:
        return ()
    return criteria.candidates(hazard.description, case.sector_id, on=case.opened_on)


def _suggested(hazard: Hazard, by: Actor) -> list[tuple[str, str, str]]:
    """Units that are likely to rectify it: (value, name, why); whom its entry names, first."""
    found = []
    named = _responsible(hazard, by)
    if named:
        found.append((named.code, named.name, _("responsible by its entry")))
    if hazard.enterprise:
        found.append(("enterprise", hazard.enterprise.name, _("the enterprise itself")))
    case = hazard.case
    if case.sector_id:
        for unit in sectors.regulators(case.sector_id, case.area, case.opened_on, limit=3):
            found.append((unit.code, unit.name, _("regulator of the sector")))
    territory = sectors.territory(case.area, case.opened_on)
    if territory:
        found.append((territory.code, territory.name, _("territory")))
    # One unit stands once, with the first reason.
    return list({one[0]: one for one in reversed(found)}.values())[::-1]


def _responsible(hazard: Hazard, by: Actor) -> Unit | None:
    """The unit of its area or one above that its entry names, where ``by`` may see it."""
    name = hazard.responsible_unit.strip()
    if not name:
        return None
    here = Unit.objects.filter(
        permissions.units_seen(by), name=name, valid_to=None,
        area_id__in=ancestors(hazard.case.path),
    )  # fmt: skip
    return here.order_by("-path", "code").first()


@require_POST
@requires("hazard.view")
def hazard_step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a hazard's page. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    policy.access(Hazard.objects.all(), "hazard.view", by, pk, at=at)
    page = steps.BY_CODE.get(code)
    if page is None:
        raise NotFound
    data = request.POST.copy()
    suggested = data.get("suggested", "")
    if suggested not in ("", "enterprise") and not data.get("rectifier"):
        data["rectifier"] = suggested
    form = forms.chosen_by(page.form(data, auto_id=f"{code}_%s"), by)
    photos = taken(request, form, by=by, at=at) if page.photos else Kept()
    if not form.is_valid():
        return _page(request, pk, (code, form), photos.offers(by, at), status=422)
    try:
        steps.take(page, form, pk, by=by, at=at, photos=photos.ready)
    except Refusal as refusal:
        return offering.send_back(
            form, refusal,
            lambda: _page(request, pk, (code, form), photos.offers(by, at), status=422),
        )  # fmt: skip
    if Event.objects.filter(case=pk).order_by("-seq").values_list("step", flat=True)[0] in ASKED:
        told = _("“%(step)s” is on record. It takes effect once a second person does the same.")
    else:
        told = _("Done: %(step)s.")
    messages.success(request, told % {"step": page.label})
    return go_on(request, reverse("hazards:page", args=[pk]))


@require_GET
@requires("hazard.view")
def hazard_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """A photo or paper, for whoever may see its hazard; its sum is checked before it is sent."""
    policy.access(Hazard.objects.all(), "hazard.view", actor_of(request), pk)
    one = Attachment.objects.of("hazard", pk).select_related("blob").filter(pk=file).first()
    if one is None:
        raise NotFound
    return attachments.serve(one, thumbnail=request.GET.get("thumb") == "1")


@require_POST
@requires("hazard.propose")
def proposal_step(request: HttpRequest, pk: UUID, proposal: UUID, code: str) -> HttpResponse:
    """Approve, dismiss or enter as carried out what the ladder has drafted."""
    by, at = actor_of(request), timezone.now()
    policy.access(Hazard.objects.all(), "hazard.view", by, pk, at=at)
    if code == "carry_out":
        form: forms.StepForm = forms.CarryOut(request.POST)
        if form.is_valid():
            commands.carry_out(
                proposal, on=form.cleaned_data["on"],
                paper_number=form.cleaned_data["paper_number"], by=by, at=at, **form.call,
            )  # fmt: skip
    elif code in ("approve", "dismiss"):
        form = forms.Opinion(request.POST)
        if form.is_valid():
            commands.decide_proposal(
                proposal, approve=code == "approve", reason=form.cleaned_data["reason"], by=by,
                at=at, **form.call,
            )  # fmt: skip
    else:
        raise NotFound
    if not form.is_valid():
        told = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(told))
    return go_on(request, reverse("hazards:page", args=[pk]))
