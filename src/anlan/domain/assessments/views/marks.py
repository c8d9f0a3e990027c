"""Points that a named unit gives: everybody of a period on one page, each with its evidence."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.assessments import choosing, commands, groups, item_tasks, tabs
from anlan.domain.assessments.commands import Given
from anlan.domain.assessments.models import Mark
from anlan.domain.assessments.refusals import AssessmentRefused
from anlan.domain.assessments.spec_text import text_of
from anlan.domain.assessments.views import schemes
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.calendar import periods
from anlan.ui.pages import go_on, render_page

_NUMBER_CHARS_MAX = 20


@require_http_methods(["GET", "POST"])
@requires("schemes.mark")
def points(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    row = schemes.read(by, pk, "schemes.mark")
    version = commands.in_force(row)
    spec = version.read if version else None
    item = spec.item(code) if spec else None
    if spec is None or item is None or not item.manual:
        raise NotFound
    offered = choosing.offered(spec, today)
    if not offered:
        messages.info(request, _("No stage of the scheme has begun yet."))
        return go_on(request, reverse("assessments:scheme", args=[pk]))
    asked = request.POST.get("period") or request.GET.get("period")
    span = next((each for each in offered if each.code == asked), offered[0])
    if request.method == "POST" and asked != span.code:
        # The scheme's stages moved under an open page: the points are none of another one's.
        reason = _("Choose a period of the scheme that has begun.")
        raise AssessmentRefused(field="period", reason=reason)
    ones = groups.compared(row.area, spec, min(span.end, today), office=row.unit_id)
    latest = _latest(row, item.code, span)
    errors: dict[str, str] = {}
    status, typed = 200, request.POST if request.method == "POST" else None
    if typed is not None:
        given = _given(typed, ones, latest, errors)
        if not errors and not given:
            messages.info(request, _("Nothing was changed."))
            return go_on(request, f"{request.path}?period={span.code}")
        if not errors:
            try:
                commands.give(pk, item=code, period=span.code, given=given, by=by, at=at,
                              request_id=_id(typed))  # fmt: skip
            except Refusal as refusal:
                if refusal.status >= 409 or "field" not in refusal.data:
                    raise
                errors[str(refusal.data["field"])] = str(refusal)
            else:
                text = _("%(n)d points kept. They count when the ranking is worked out next.")
                messages.success(request, text % {"n": len(given)})
                return go_on(request, f"{request.path}?period={span.code}")
        status = 422
    lines = [
        {
            "one": one, "mark": latest.get(one.key),
            "points": _typed(typed, f"points-{one.key}", latest, one.key, "points"),
            "evidence": _typed(typed, f"evidence-{one.key}", latest, one.key, "evidence"),
            "bad": errors.get(f"points-{one.key}") or errors.get(f"evidence-{one.key}"),
        }
        for one in ones
    ]  # fmt: skip
    context = {
        "row": row, "item": item, "period": span, "spec": spec, "offered": offered, "lines": lines,
        "errors": errors, "request_id": uuid7(), "tabs": tabs.of(by, "schemes"),
        "least": text_of(item.rule.least), "most": text_of(item.weight),
        "back": reverse("assessments:scheme", args=[pk]),
        "tasks": item_tasks.counts(pk, by).get(code, 0),
    }  # fmt: skip
    return render_page(
        request, "assessments/points.html", "assessments/points.html", context, status
    )


def _latest(row: Any, item: str, span: periods.Period) -> dict[str, Mark]:
    marks = Mark.objects.filter(scheme=row, item=item, period=span.code).select_related("unit")
    return {mark.subject: mark for mark in marks.order_by("at", "pk")}


def _given(typed: Any, ones: Any, latest: dict[str, Mark], errors: dict[str, str]) -> list[Given]:
    """What was typed and differs from what stands; an empty line is left as it is."""
    found = []
    for one in ones:
        text = typed.get(f"points-{one.key}", "").strip()
        evidence = typed.get(f"evidence-{one.key}", "").strip()
        if not text:
            continue
        try:
            if len(text) > _NUMBER_CHARS_MAX:
                raise InvalidOperation
            points = Decimal(text)
            # A power of ten is written in few signs and has a million digits (S54).
            if not points.is_finite() or abs(points.adjusted()) > _NUMBER_CHARS_MAX:
                raise InvalidOperation
        except InvalidOperation:
            errors[f"points-{one.key}"] = _("Write a number, like 12.5.")
            continue
        mark = latest.get(one.key)
        if mark is None or mark.points != points or mark.evidence != evidence:
            found.append(Given(one.key, points, evidence))
    return found


def _typed(typed: Any, name: str, latest: dict[str, Mark], key: str, column: str) -> str:
    if typed is not None:
        return str(typed.get(name, ""))
    mark = latest.get(key)
    if mark is None:
        return ""
    return f"{mark.points.normalize():f}" if column == "points" else mark.evidence


def _id(typed: Any) -> UUID:
    try:
        return UUID(typed.get("request_id", ""))
    except ValueError:
        return uuid7()
