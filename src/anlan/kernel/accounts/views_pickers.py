"""What the pickers of forms and filters ask while somebody types: areas and units."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions import queries
from anlan.kernel.regions.models import Region

OPTIONS_MAX = 12


@requires("accounts.own")
def areas(request: HttpRequest) -> HttpResponse:
    """Areas whose name, code or pinyin initials begin with what was typed."""
    text = request.GET.get("picker_q", "").strip()[:40]
    if not text:
        # Who has only just come to the field isn't told that nothing was found.
        return HttpResponse()
    found = queries.find(text, limit=OPTIONS_MAX)
    rows = [(region.code, region.name, where_of(region)) for region in found]
    return _options(request, rows)


@requires("units.view")
def units(request: HttpRequest) -> HttpResponse:
    """Units whose name or code holds what was typed; those of one's own areas come first."""
    text = request.GET.get("picker_q", "").strip()[:40]
    if not text:
        return HttpResponse()
    found = (
        policy.permitted(Unit.objects.all(), "units.view", actor_of(request))
        .filter(Q(name__contains=text) | Q(code__startswith=text), valid_to=None)
        .select_related("area")
        .order_by("path", "name")[:OPTIONS_MAX]
    )
    rows = [(unit.code, unit.name, unit.area.full_name) for unit in found]
    return _options(request, rows, _("No unit of that name or code among those that you may see."))


def where_of(region: Region) -> str:
    """What tells two areas of one name apart: the full name without its own end."""
    return region.full_name.removesuffix(region.name)


def area_name(code: str) -> str:
    """The name of a chosen code for a filter's chip; the code itself where there is none."""
    found = Region.objects.filter(code=code).values_list("full_name", flat=True).first()
    return found or code


def crumbs_of(region: Region) -> list[Region]:
    """The areas from the province down to ``region``, for the line above a page's title."""
    return [*queries.ancestors(region)[1:], region]


def _options(
    request: HttpRequest, rows: list[tuple[str, str, str]], nothing: str = ""
) -> HttpResponse:
    context = {"rows": rows, "nothing": nothing}
    return HttpResponse(render_to_string("accounts/_options.html", context, request))
