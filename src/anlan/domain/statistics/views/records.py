"""The records behind a figure. Where a capability has a page of its own for them, it opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.base.refusal import NotFound
from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics import behind, bindings, links, offered, units
from anlan.domain.statistics.behind import Asked
from anlan.domain.statistics.reading import written
from anlan.kernel.accounts import readers
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.permissions import units_seen
from anlan.kernel.calendar import periods
from anlan.kernel.facts import behind as facts
from anlan.kernel.facts import opening
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.indicators.declare import Indicator
from anlan.kernel.regions import queries as regions
from anlan.ui.pages import render_page

_CHARS_MAX = analyses.TEXT_CHARS_MAX


@require_GET
@requires("statistics.view")
def records(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    asked = _asked(request, by, at)
    each = asked.indicator
    # A rate has two counts behind it, and their own pages know of one.
    elsewhere = _elsewhere(asked)
    if elsewhere and len(each.kinds) == 1:
        return HttpResponseRedirect(elsewhere)
    value = behind.value_of(asked, at)
    found = behind.read(asked, by, at, _after(request))
    context = {
        "asked": asked, "found": found, "kind": known(asked.kind), "value": value,
        "words": written(each.form, value.value if value else None),
        "parts": _parts(request, asked, value), "narrowed": _narrowed(asked, by),
        "next": _again(request, after=str(found.more)) if found and found.more else "",
        "elsewhere": elsewhere, "most": behind.FACTS_MAX,
        "stood": known(asked.kind).measure is Measure.STOCK,
        "back": reverse("statistics:analysis") + "?" + urlencode(
            {"area": asked.area.code, "period": asked.period.code, **_also(each)}),
    }  # fmt: skip
    return render_page(request, "statistics/records.html", "statistics/records.html", context)


def _also(each: Indicator) -> dict[str, str]:
    """What the analysis offers by its code; an item or a campaign's tasks it doesn't."""
    return {"indicator": each.code} if each.code in offered.catalogue() else {}


def _asked(request: HttpRequest, by: Actor, at: datetime) -> Asked:
    get = request.GET.get
    area = regions.by_code(get("a", "")[:_CHARS_MAX])
    allowed = readers.demand(by, area, at)
    code = get("i", "")[:_CHARS_MAX]
    each = bindings.find(code)
    if each is None or not bindings.may(by, code, by_sector=allowed is not None):
        raise NotFound
    part = get("n", "0")
    if part not in [str(n) for n in range(len(each.kinds))]:
        raise NotFound
    where: dict[str, list[str]] = {}
    for name, short in links.LABELS.items():
        if name == units.UNIT:
            continue
        values = [value[:_CHARS_MAX] for value in request.GET.getlist(short) if value]
        if values:
            where[name] = ["" if value == "none" else value for value in values]
    if allowed is not None:
        if not set(where.get("sector", ())) <= set(allowed):
            raise NotFound
        where.setdefault("sector", list(allowed))
    return Asked(
        each, int(part), area, periods.parse(get("p", "")[:_CHARS_MAX]), where,
        own=get("own") == "1", now_map=get("map") == "now",
        known_at=analyses.moment_of(get("k", ""), at), unit=_unit(get("u", "")),
    )  # fmt: skip


def _unit(text: str) -> int | None:
    if not text or text == "none":
        return None if not text else 0
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotFound
    return int(text)


def _elsewhere(asked: Asked) -> str:
    """A capability's own page behind a figure; none of them knows units or today's map."""
    if asked.now_map or asked.unit is not None or isinstance(asked.indicator, bindings.OfCampaign):
        return ""
    return opening.address_of(
        facts.Asked(asked.kind, asked.area, asked.period, asked.narrowed, asked.own, asked.known_at)
    )


def _after(request: HttpRequest) -> UUID | None:
    text = request.GET.get("after", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


def _again(request: HttpRequest, **changes: str) -> str:
    given = request.GET.copy()
    given.pop("after", None)
    for name, value in changes.items():
        given[name] = value
    return "?" + given.urlencode()


def _parts(request: HttpRequest, asked: Asked, value: Any) -> list[tuple[Any, Any, Any, str, bool]]:
    """Of a rate its part and its whole, each with its number and where it opens."""
    if len(asked.indicator.kinds) < 2 or value is None:
        return []
    names = (_("part"), _("whole"))
    return [
        (names[n], known(kind).label, value.counts[n], _again(request, n=str(n)), n == asked.part)
        for n, kind in enumerate(asked.indicator.kinds)
    ]


def _narrowed(asked: Asked, by: Actor) -> list[str]:
    words = [str(analyses.word_of(name, value))
             for name, values in asked.narrowed.items() for value in values]  # fmt: skip
    if asked.unit is not None:
        # Of numbers that are tried in an address nobody learns whose they are.
        seen = Unit.objects.filter(units_seen(by) | below(asked.area.path), pk=asked.unit)
        named = seen.values_list("name", flat=True).first()
        words.append(named or _("no unit named"))
    if asked.own:
        words.append(_("the area itself, nothing below it"))
    return words
