"""Truth checks: flags of an area and period, what people made of them, drawn look-backs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
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
from anlan.domain.hazards import queries as hazards
from anlan.domain.lists import sums
from anlan.domain.statistics import commands, forms, settings, tabs
from anlan.domain.statistics.models import Draw, Looked
from anlan.domain.statistics.truth import checks, drawing
from anlan.kernel.accounts import policy, readers
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.calendar import periods, spans
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Given
from anlan.ui.pages import go_on, render_page

CODE_CHARS_MAX = 40
DRAWS = Keyset.by("-made_at", "-pk")


def _area(request: HttpRequest, by: Actor) -> Region:
    code = request.GET.get("area", "")[:CODE_CHARS_MAX]
    return regions.by_code(code) if code else sums.widest(by)


@require_GET
@requires("truth.view")
def page(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    area = _area(request, by)
    sectors = readers.demand(by, area, at)
    today = timezone.localdate(at)
    period = spans.period_of(request.GET, today)
    rule = settings.truth()
    found = checks.run(checks.Asked(area, period, sectors, at, by, rule))
    keys = [flag.key for one in found for flag in one.flags]
    said: dict[str, Looked] = {}
    for row in Looked.objects.filter(flag__in=keys).order_by("at", "pk"):
        said[row.flag] = row
    context = {
        "tabs": tabs.of(by, "truth"),
        "area": area, "period": period, "found": found, "rules": checks.RULES, "said": said,
        "rule": rule, "chooser": spans.chooser(period, today, spans.wish({})),
        "here": Given({"area": area.code, "period": period.code}),
        "may_note": policy.may(by, "truth.note"), "may_set": policy.may(by, "statistics.settings"),
        "look": forms.Look(initial={"request_id": uuid7(), "area": area.code}),
        "all_sectors": sectors is None, "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "statistics/truth.html", "statistics/truth.html", context)


@require_POST
@requires("truth.note")
def looked(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    form = forms.Look(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        area = regions.by_code(data["area"])
        try:
            commands.note(
                uuid7(), flag=data["flag"], area=area.pk, verdict=data["verdict"],
                note=data["note"], by=by, at=at, request_id=data["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Written down."))
            where = {"area": area.code, "period": data["flag"].rpartition(":")[2]}
            return go_on(request, f"{reverse('statistics:truth')}?{urlencode(where)}")
    context = {"form": form, "back": reverse("statistics:truth"),
               "title": _("What you make of it")}  # fmt: skip
    return render_page(
        request, "statistics/plain_form.html", "statistics/plain_form.html", context, status=422
    )


@require_http_methods(["GET", "POST"])
@requires("statistics.settings")
def thresholds(request: HttpRequest) -> HttpResponse:
    """What the truth checks look for; a new version, for every area."""
    by, at = actor_of(request), timezone.now()
    version, data = settings.current(settings.TRUTH)
    form = forms.SetTruth(request.POST or None, initial={"version": version, **data})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        seen, reason = given.pop("version"), given.pop("reason")
        try:
            commands.change_setting(
                settings.TRUTH, given, version=seen, reason=reason, by=by, at=at
            )
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("In force from now on."))
            return go_on(request, reverse("statistics:truth"))
    context = {"form": form, "back": reverse("statistics:truth"), "version": version,
               "crumb": _("Truth checks"),
               "title": _("What the truth checks look for")}  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render_page(
        request, "statistics/setting.html", "statistics/setting.html", context, status=status
    )


@require_http_methods(["GET", "POST"])
@requires("draws.view")
def draws(request: HttpRequest) -> HttpResponse:
    """Draws so far, and a new one."""
    by, at = actor_of(request), timezone.now()
    area = _area(request, by)
    readers.demand(by, area, at)
    today = timezone.localdate(at)
    initial = {
        "request_id": uuid7(), "pk": uuid7(), "area": area.code, "wanted": 20,
        "period": periods.month(today).previous().code, "seed": f"{today:%Y%m%d}",
    }  # fmt: skip
    form = forms.DrawForm(request.POST or None, initial=initial)
    if request.method == "POST":
        policy.demand(by, "truth.draw", at)
        made = _drawn(form, by, at)
        if made is not None:
            messages.success(request, _("Drawn. Each of them waits for a look-back."))
            return go_on(request, reverse("statistics:draw", args=[made]))
    rows = policy.permitted(Draw.objects.select_related("area", "unit"), "draws.view", by)
    context = {
        "tabs": tabs.of(by, "draws"),
        "form": form, "area": area, "page": DRAWS.page(rows, request.GET),
        "filters": Given({"area": area.code}), "may_draw": policy.may(by, "truth.draw"),
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render_page(
        request, "statistics/draws.html", "statistics/draws.html", context, status=status
    )


def _drawn(form: forms.DrawForm, by: Actor, at: datetime) -> UUID | None:
    if not form.is_valid():
        return None
    data: dict[str, Any] = form.cleaned_data
    try:
        return drawing.draw(
            data["pk"], area=regions.by_code(data["area"]).pk, period=periods.parse(data["period"]),
            wanted=data["wanted"], seed=data["seed"], by=by, at=at, request_id=data["request_id"],
        )  # fmt: skip
    except periods.PeriodUnreadable as refusal:
        form.add_error("period", str(refusal))
    except NotFound:
        raise
    except Refusal as refusal:
        put_refusal(form, refusal)
    return None


@require_GET
@requires("draws.view")
def one_draw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was drawn, how it can be drawn again, and what the look-backs said."""
    by = actor_of(request)
    row = policy.access(Draw.objects.select_related("area", "unit"), "draws.view", by, pk)
    drawn = list(row.drawn.order_by("place"))
    seen = {
        one.pk: one
        for one in hazards.visible(by).filter(pk__in=[each.hazard_id for each in drawn])
        .select_related("case", "case__area", "enterprise")
    }  # fmt: skip
    looked_at = [each for each in drawn if each.looked_at is not None]
    context = {
        "row": row, "lines": [(each, seen.get(each.hazard_id)) for each in drawn],
        "looked": len(looked_at), "broken": sum(each.holds is False for each in looked_at),
        "hidden": sum(each.hazard_id not in seen for each in drawn),
        "period": periods.span(row.start, row.end),
    }  # fmt: skip
    return render_page(request, "statistics/draw.html", "statistics/draw.html", context)
