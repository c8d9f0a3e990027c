"""The register's pages: list, entry, form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.base.refusal import MovedOn, Refusal
from anlan.base.text import plain
from anlan.domain.enterprises import columns, commands, industry, queries
from anlan.domain.enterprises.forms import EnterpriseForm, MergeForm
from anlan.domain.enterprises.models import NAME_CHARS_MAX, Enterprise, Status
from anlan.domain.enterprises.refusals import CodeTaken, MergeRefused, NameTaken
from anlan.kernel.accounts import lists, policy
from anlan.kernel.accounts.gate import actor_of, drawn_beside, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region
from anlan.ui.pages import go_on, render_page

lists.register("enterprises:list")
#: Lines of an entry's history on its page.
HISTORY_MAX = 50
CHOICES_MAX = 12


@requires("enterprise.view")
def enterprise_list(request: HttpRequest) -> HttpResponse:
    by, wanted = actor_of(request), columns.filters(request)
    rows = policy.permitted(
        Enterprise.objects.select_related("area", "sector"), "enterprise.view", by
    )
    sort = wanted.sort(columns.ORDERS, columns.DEFAULT_ORDER)
    page = columns.ORDERS[sort].page(columns.narrowed(rows, wanted), request.GET)  # type: ignore[arg-type]
    kept = lists.Kept(request, columns.COLUMNS)
    context = {
        "page": page,
        "columns": kept.columns,
        "kept": kept,
        "filters": wanted,
        "sort": sort,
        "may_edit": policy.may(by, "enterprise.edit"),
    }
    return render_page(request, "enterprises/list.html", "enterprises/_list.html", context)


@requires("enterprise.view")
def areas(request: HttpRequest) -> HttpResponse:
    """What the area picker offers for a few letters."""
    text = request.GET.get("picker_q", "").strip()[:40]
    found = regions.find(text, limit=CHOICES_MAX) if text else []
    rows = [(area.code, area.name, area.full_name) for area in found]
    return render(request, "enterprises/_options.html", {"rows": rows})


@requires("enterprise.view")
def pick(request: HttpRequest) -> HttpResponse:
    """What the picker of enterprises offers for a few words."""
    text = request.GET.get("picker_q", "").replace("\x00", "").strip()[:NAME_CHARS_MAX]
    if not text:
        return HttpResponse()
    rows = Enterprise.objects.listed().search(text)
    seen = policy.permitted(rows, "enterprise.view", actor_of(request))
    found = seen.select_related("area").order_by("plain_name", "pk")[:CHOICES_MAX]
    context = {
        "rows": [(row.pk, row.name, row.credit_code or row.area.full_name) for row in found],
        "nothing": _("No enterprise of that name or code among those that you may see."),
    }
    return render(request, "enterprises/_options.html", context)


@requires("enterprise.view")
def enterprise_page(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    rows = Enterprise.objects.select_related("area", "sector", "regulator", "merged_into")
    row = policy.access(rows, "enterprise.view", by, pk)
    today = policy.today_of(by)
    regulator = queries.regulators([row], today).get(row.pk)
    may_edit = row.merged_into_id is None and _may(by, "enterprise.edit", pk)
    context = {
        "row": row,
        "industry": industry.chain(row.industry),
        "regulator": Unit.objects.filter(pk=regulator).first() if regulator else None,
        "former": row.former_names.order_by("-until", "-pk")[:HISTORY_MAX],
        "sectors": row.sector_changes.select_related("sector").order_by("-since", "-pk")[
            :HISTORY_MAX
        ],
        "merged_from": row.merged_from.order_by("pk")[:HISTORY_MAX],
        "duplicates": _seen(by, queries.duplicates(row)),
        "proposal": row.merge_proposed_into,
        "unit": queries.unit_of(row.pk, today),
        "hazards_url": columns.hazards_url(row),
        "counts_url": columns.counts_url(row),
        "more_urls": drawn_beside(columns.MORE_OF_IT, row.pk, by),
        "may_edit": may_edit,
        "may_merge": may_edit and _may(by, "enterprise.merge", pk),
        "own_proposal": row.merge_proposed_by == by.user_id,
    }
    return render(request, "enterprises/page.html", context)


def _may(by: Any, permission: str, pk: int) -> bool:
    return policy.permitted(Enterprise.objects.filter(pk=pk), permission, by).exists()


def _seen(by: Any, rows: list[Enterprise]) -> list[Enterprise]:
    if not rows:
        return []
    known = Enterprise.objects.select_related("area").filter(pk__in=[row.pk for row in rows])
    return list(policy.permitted(known, "enterprise.view", by))


@requires("enterprise.edit")
def new_enterprise(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@requires("enterprise.edit")
def edit_enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Enterprise.objects.select_related("area")
    return _form(request, policy.access(rows, "enterprise.edit", actor_of(request), pk))


def _form(request: HttpRequest, row: Enterprise | None) -> HttpResponse:
    form = EnterpriseForm(request.POST or None, initial=EnterpriseForm.of(row) if row else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = commands.save(
                    row.pk if row else None,
                    form.stated(),
                    by=actor_of(request),
                    at=timezone.now(),
                    version=form.cleaned_data["version"],
                )
            except Refusal as refusal:
                field = {CodeTaken: "credit_code", NameTaken: "name"}.get(type(refusal))
                form.add_error(field, str(refusal))
                status = refusal.status if isinstance(refusal, MovedOn) else 422
            else:
                return go_on(request, reverse("enterprises:page", args=[saved.pk]))
    area = _area(form, row)
    context = {"form": form, "row": row, "area": area, "industries": industry.table().values()}
    return render(request, "enterprises/form.html", context, status=status)


def _area(form: EnterpriseForm, row: Enterprise | None) -> Region | None:
    """What the picker shows: what was sent, else what is known."""
    if form.is_bound:
        return Region.objects.filter(code=form.data.get("area", "")).first()
    return row.area if row else None


@requires("enterprise.edit")
@require_POST
def set_status(request: HttpRequest, pk: int) -> HttpResponse:
    status = Status.CLOSED if request.POST.get("status") == Status.CLOSED else Status.ACTIVE
    commands.set_status(pk, status, by=actor_of(request), at=timezone.now())
    return go_on(request, reverse("enterprises:page", args=[pk]))


@requires("enterprise.edit")
@require_POST
def make_unit(request: HttpRequest, pk: int) -> HttpResponse:
    commands.make_unit(pk, by=actor_of(request), at=timezone.now())
    return go_on(request, reverse("enterprises:page", args=[pk]))


@requires("enterprise.edit")
@require_POST
def propose_merge(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    form = MergeForm(request.POST)
    text = form.data.get("into", "").strip()
    commands.propose_merge(pk, _named(by, text, pk), by=by, at=timezone.now())
    return go_on(request, reverse("enterprises:page", args=[pk]))


def _named(by: Any, text: str, pk: int) -> int:
    """The other entry that somebody means by a credit code, a number or an exact name."""
    rows = policy.permitted(Enterprise.objects.listed().exclude(pk=pk), "enterprise.view", by)
    found = rows.filter(credit_code=text.upper())
    if not found and text.isdecimal() and len(text) < 18:
        found = rows.filter(pk=int(text))
    if not found and plain(text):
        found = rows.filter(plain_name=plain(text))
    hits = list(found[:2])
    if len(hits) != 1:
        raise MergeRefused(
            reason=_("no single entry has this name; give the other one's credit code or number.")
        )
    return hits[0].pk


@requires("enterprise.merge")
@require_POST
def decide_merge(request: HttpRequest, pk: int) -> HttpResponse:
    agreed = request.POST.get("agreed") == "yes"
    row = commands.decide_merge(pk, agreed, by=actor_of(request), at=timezone.now())
    return go_on(request, reverse("enterprises:page", args=[row.merged_into_id or row.pk]))
