"""Own checks: an enterprise's home with what is due, and what the office sees of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.base.refusal import NotFound
from anlan.domain.enterprises import queries as enterprises
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.commands import Incomplete, NotByHand
from anlan.domain.hazards.models import Hazard
from anlan.domain.inspections import checking, commands, permissions
from anlan.domain.inspections.acceptance import queries as acceptances
from anlan.domain.inspections.commands.checks import open_periods
from anlan.domain.inspections.forms_checks import AskForm, CheckForm, PlanForm, RuleForm
from anlan.domain.inspections.models import CheckPlan, Visit
from anlan.domain.inspections.refusals import CheckRefused
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar import periods
from anlan.kernel.facts import reports
from anlan.kernel.loop.labels import state_label
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Column, Filters, Flag
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import part

ORDERS = {"area": Keyset.by("path", "pk")}
#: Checks, reports and hazards that a page shows.
SHOWN_MAX = 24
#: Of each kind, on the page of an enterprise.
FEW = 5
COLUMNS = (
    Column("what", gettext_lazy("What is checked"), kind="text",
           link=lambda row: reverse("selfchecks:plan", args=[row.pk])),
    Column("enterprise", gettext_lazy("Enterprise"), cell="enterprise.name"),
    Column("area", gettext_lazy("Area"), cell="area.full_name", phone=False),
    Column("every", gettext_lazy("How often"), cell="get_every_display"),
    Column("state", gettext_lazy("State"), cell=lambda row: part(
        "tag", *checking.STATES[row.standing.state])),
    Column("until", gettext_lazy("Present period ends on"), kind="day",
           cell=lambda row: row.standing.now.end),
)  # fmt: skip


@require_GET
@requires("selfcheck.view")
def plans(request: HttpRequest) -> HttpResponse:
    """What is due: for an enterprise its own, for an office what its enterprises check."""
    by = actor_of(request)
    today = policy.today_of(by)
    asked = Filters(
        (
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Flag("missing", _("Missing only")),
        ),
        request.GET,
    )
    rows = checking.plans(by).select_related("enterprise", "area")
    if asked["area"]:
        area = Region.objects.filter(code=asked["area"]).first()
        rows = rows.filter(below(area.path)) if area else rows.none()
    if asked["missing"]:
        rows = rows.filter(checking.missing(today))
    page = asked.order(ORDERS, "area").page(rows, request.GET)
    standings = checking.standings(page.rows, today)
    for row in page.rows:
        row.standing = standings[row.pk]  # type: ignore[attr-defined]
    watches = policy.may(by, "selfcheck.watch")
    owed: list[Any] = list(checking.own_reports(by)[:SHOWN_MAX])
    units = dict(
        Unit.objects.filter(pk__in={each.unit_id for each in owed}).values_list("pk", "name")
    )
    for each in owed:
        each.state = reports.state_of(each, today)
        each.label = periods.month(each.start).label
        each.unit = units.get(each.unit_id, "")
    context = {
        "page": page, "filters": asked, "columns": COLUMNS, "sort": "area", "watches": watches,
        "may_do": policy.may(by, "selfcheck.do"), "owed": owed,
        "may_ask": policy.may(by, "reports.ask"), "ask": _ask_form(by, today),
        "home": _home(by),
    }  # fmt: skip
    return render_page(request, "inspections/checks.html", "inspections/_checks.html", context)


def _ask_form(by: Actor, today: date) -> AskForm:
    return AskForm(initial={"month": periods.last_complete(periods.Kind.MONTH, today).code})


def _home(by: Actor) -> Region | None:
    """The widest area that one's office answers for, to begin with."""
    paths = sorted((g.path for g in permissions.grants(by)), key=len)
    if not paths:
        return None
    return Region.objects.filter(path=paths[0]).first() or Region.objects.get(level=0)


@require_GET
@requires("enterprise.view")
def of_enterprise(request: HttpRequest, enterprise: int) -> HttpResponse:
    """What the page of an enterprise shows: visits in sweeps, and its own checks."""
    by = actor_of(request)
    row = policy.access(Enterprise.objects.all(), "enterprise.view", by, enterprise)
    family = enterprises.family(row.pk)
    seen = policy.permitted(
        Visit.objects.filter(enterprise_id__in=family, withdrawn_at=None), "target.view", by
    ).select_related("sweep")
    own: list[Any] = list(checking.plans(by).filter(enterprise__in=family).order_by("-pk")[:FEW])
    standings = checking.standings(own, policy.today_of(by))
    accepted = acceptances.visible(by).filter(enterprise__in=family)
    context = {
        "acceptances": accepted.order_by("-on", "-pk")[:FEW], "firm": row.pk,
        "may_accept": bool(policy.allowed(Enterprise, row.pk, {"enterprise.accept"}, by)),
        "visits": seen.order_by("-on", "-pk")[:FEW],
        "plans": [(each, checking.STATES[standings[each.pk].state]) for each in own],
    }  # fmt: skip
    return render_page(
        request, "inspections/_of_enterprise.html", "inspections/_of_enterprise.html", context
    )


@require_http_methods(["GET", "POST"])
@requires("selfcheck.do")
def plan_new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    firms = permissions.own_firms(by)
    names = Enterprise.objects.in_bulk([pk for pk, _unit in firms])
    offered = [(f"{pk}-{unit}", names[pk].name) for pk, unit in firms if pk in names]
    form = PlanForm(offered, request.POST or None, initial={"starts_on": timezone.localdate(at)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            pk, unit = (int(part) for part in data["firm"].split("-"))
            new = commands.NewPlan(pk, unit, data["what"], data["every"], data["starts_on"])
            try:
                plan = commands.make_plan(new, by=by, at=at)
            except CheckRefused as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Entered."))
                return go_on(request, reverse("selfchecks:plan", args=[plan.pk]))
    context = {"form": form, "offered": offered}
    return render_page(
        request, "inspections/check_plan_new.html", "inspections/check_plan_new.html", context,
        status,
    )  # fmt: skip


def _plan(request: HttpRequest, pk: int) -> CheckPlan:
    rows = CheckPlan.objects.select_related("enterprise", "area", "unit")
    return policy.access(rows, "selfcheck.view", actor_of(request), pk)


@require_GET
@requires("selfcheck.view")
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan with its checks, and the hazards that they found."""
    by, row = actor_of(request), _plan(request, pk)
    today = policy.today_of(by)
    checks: list[Any] = list(row.checks.order_by("-start", "-on")[:SHOWN_MAX])
    for each in checks:
        each.label = periods.of(periods.Kind(row.every), each.start).label
    found = Hazard.objects.filter(own_check__check_row__plan=row).select_related("case")
    seen = policy.permitted(found, "hazard.view", by).order_by("-case__opened_on", "pk")
    mine = policy.permitted(CheckPlan.objects.filter(pk=pk), "selfcheck.do", by).exists()
    standing = checking.standings([row], today)[row.pk]
    context = {
        "row": row, "checks": checks, "standing": standing,
        "state": checking.STATES[standing.state], "mine": mine,
        "may_check": mine and bool(open_periods(row, today)),
        "hazards": [(each, state_label(each.case.state)) for each in seen[:SHOWN_MAX]],
    }  # fmt: skip
    return render_page(
        request, "inspections/check_plan.html", "inspections/check_plan.html", context
    )


@require_http_methods(["GET", "POST"])
@requires("selfcheck.do")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter that the check was done, and what it found."""
    by, at = actor_of(request), timezone.now()
    rows = CheckPlan.objects.select_related("enterprise")
    row = policy.access(rows, "selfcheck.do", by, pk, at=at)
    offered = open_periods(row, timezone.localdate(at))
    initial = {"pk": uuid7(), "request_id": uuid7(), "on": timezone.localdate(at),
               "checker": by.name}  # fmt: skip
    form = CheckForm(offered, request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            new = commands.NewCheck(
                data["pk"], pk, date.fromisoformat(data["start"]), data["on"], data["checker"],
                data["nil"] == "1", form.found_given, data["note"],
            )  # fmt: skip
            try:
                commands.do_check(new, by=by, request_id=data["request_id"], at=at)
            except (CheckRefused, Incomplete, NotByHand) as refusal:
                name = str(refusal.data.get("field", ""))
                form.add_error(name if name in form.fields else None, str(refusal))
            else:
                messages.success(request, _("Entered."))
                return go_on(request, reverse("selfchecks:plan", args=[pk]))
    context = {"row": row, "form": form, "offered": offered}
    return render_page(request, "inspections/check.html", "inspections/check.html", context, status)


@require_POST
@requires("selfcheck.do")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    commands.end_plan(pk, by=actor_of(request), at=timezone.now())
    messages.success(request, _("No check is due any more from the next period on."))
    return go_on(request, reverse("selfchecks:plan", args=[pk]))


@require_POST
@requires("reports.ask")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask all enterprises of an area for their month's report."""
    form = AskForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        made = commands.ask_month(
            data["area"].pk, data["month"], by=actor_of(request), at=timezone.now()
        )
        messages.success(request, _("%(n)d reports are expected now.") % {"n": made})
    else:
        messages.error(request, " ".join(str(e) for es in form.errors.values() for e in es))
    return go_on(request, reverse("selfchecks:plans"))


@require_GET
@requires("selfcheck.watch")
def nil(request: HttpRequest) -> HttpResponse:
    """Nil reports month after month, against what others found at the same enterprise."""
    by = actor_of(request)
    today = policy.today_of(by)
    area = _area(request, by)
    rule = checking.rule_for(area)
    context = {
        "area": area, "rule": rule,
        "rows": checking.doubtful(rule, area, by, today) if rule else [],
        "span": checking.span_of(rule, today) if rule else None,
        "may_set": _may_set(by, area),
        "form": RuleForm(initial={"months": rule.months if rule else None,
                                  "found_min": rule.found_min if rule else None}),
    }  # fmt: skip
    return render_page(request, "inspections/nil.html", "inspections/nil.html", context)


def _may_set(by: Actor, area: Region) -> bool:
    return permissions.may_make_in(by, area.path)


def _area(request: HttpRequest, by: Actor) -> Region:
    if code := request.GET.get("area", "")[:40]:
        found = Region.objects.filter(code=code).first()
        if found is None or not permissions.watches(by, found.path):
            raise NotFound
        return found
    home = _home(by)
    if home is None:
        raise NotFound
    return home


@require_GET
@requires("selfcheck.watch")
def nil_records(request: HttpRequest, firm: int) -> HttpResponse:
    """The hazards behind the figure of one enterprise."""
    by = actor_of(request)
    row = policy.access(Enterprise.objects.select_related("area"), "enterprise.view", by, firm)
    rule = checking.rule_for(row.area)
    if rule is None:
        raise NotFound
    today = policy.today_of(by)
    rows = checking.records(rule, firm, by, today)[: checking.SHOWN_MAX]
    context = {
        "firm": row, "span": checking.span_of(rule, today),
        "rows": [(each, state_label(each.case.state)) for each in rows],
    }  # fmt: skip
    return render_page(
        request, "inspections/nil_records.html", "inspections/nil_records.html", context
    )


@require_POST
@requires("nilrule.set")
def set_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST)
    url = reverse("selfchecks:nil")
    if form.is_valid() and form.cleaned_data["area"] is not None:
        data = form.cleaned_data
        commands.set_nil_rule(
            data["area"].pk, data["months"], data["found_min"], by=actor_of(request),
            at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The rule is set."))
        url += f"?area={data['area'].code}"
    else:
        messages.error(request, _("Write two whole numbers, each 1 or more."))
    return go_on(request, url)
