"""月度形势专报 as it stands now: on a page, and as a file for desk, printer and meeting."""

from __future__ import annotations

from urllib.parse import quote

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.bulletins import kinds, language, rendering, scope, showing, tabs
from anlan.domain.bulletins.scope import Scope
from anlan.domain.lists import sums
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.accounts.units import name_of as unit_name
from anlan.kernel.audit import trail
from anlan.kernel.calendar import spans
from anlan.kernel.regions import queries as regions
from anlan.ui.lists import Given
from anlan.ui.pages import render_page

KIND = kinds.KINDS["situation"]
_CODE_CHARS_MAX = 40


def asked(request: HttpRequest, by: Actor, *, known: bool = False) -> Scope:
    """Area and period as the address names them; without one the widest, and this month."""
    at = timezone.now()
    code = request.GET.get("area", "")[:_CODE_CHARS_MAX]
    area = regions.by_code(code) if code else sums.widest(by)
    period = spans.period_of(request.GET, timezone.localdate(at))
    return scope.of(by, area, period, at, known_at=at if known else None)


@require_GET
@requires("bulletins.situation")
def page(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    found = asked(request, by)
    blocks = kinds.composed(KIND, found)
    here = {"area": found.area.code, "period": found.period.code}
    context = {
        "scope": found, "title": kinds.title_of(KIND, found), "here": Given(here),
        "blocks": showing.shown(blocks, showing.Address(blocks, found)),
        "chooser": spans.chooser(found.period, found.today, spans.wish(request.GET)),
        "restricted": sector_names(found.sectors) if found.sectors is not None else [],
        "basis": rendering.basis(blocks, found), "formats": list(rendering.FORMATS),
        "may_make": policy.may(by, "bulletins.make"), "tabs": tabs.of(by, "situation"),
        "other_language": not language.is_readers(),
    }  # fmt: skip
    return render_page(request, "bulletins/situation.html", "bulletins/situation.html", context)


@require_GET
@requires("bulletins.situation")
def file(request: HttpRequest, form: str) -> HttpResponse:
    """The same as a file; on record before it goes out (S22)."""
    if form not in rendering.FORMATS:
        raise NotFound
    by = actor_of(request)
    found = asked(request, by, known=True)
    with language.of_papers():
        blocks = kinds.composed(KIND, found)
        head = rendering.Head(title=kinds.title_of(KIND, found), organ=unit_name(by))
    made = rendering.written(form, KIND, head, blocks, found, by=by, at=found.at)
    entry = trail.Entry(
        "bulletins.export", "bulletins", "situation",
        after={"area": found.area.code, "period": found.period.code, "form": form},
    )  # fmt: skip
    return handed_out(rendering.name_of(head.title, form), form, made, entry, by)


def handed_out(
    name: str, form: str, made: bytes, entry: trail.Entry, by: Actor
) -> HttpResponse:  # fmt: skip
    with transaction.atomic():
        trail.record([entry], by=by, at=timezone.now())
    response = HttpResponse(made, content_type=rendering.FORMATS[form])
    shown = quote(name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{shown}"
    return response
