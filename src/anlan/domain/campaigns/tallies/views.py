"""One table and three lists: how they are laid down, the table over units, a unit's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns import queries as campaigns
from anlan.domain.campaigns.carrying.views_wanted import campaign_of, saved
from anlan.domain.campaigns.handing import views as handing
from anlan.domain.campaigns.models import Tally, TallyCopy, TallyRow
from anlan.domain.campaigns.tallies import commands as do
from anlan.domain.campaigns.tallies import queries, sheets
from anlan.domain.campaigns.tallies.forms import RowForm, TallyForm
from anlan.domain.campaigns.tallies.spec import LISTS, WHATS, Spec, cell
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Filters
from anlan.ui.pages import go_on, render_page

ORDERS = {"path": Keyset.by("path", "pk")}
ROW_ORDERS = {"number": Keyset.by("number", "pk")}
#: Rows to be mended that the page shows.
WRONG_MAX = 200


@require_GET
@requires("campaigns.view")
def tallies(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.view", by)
    may_edit = handing.may_edit(pk, by)
    found = queries.of_campaign(row, by)
    context = {
        "campaign": row, "may_edit": may_edit,
        "rows": [(one, n) for one, n in found if may_edit or one.issued_on is not None],
    }  # fmt: skip
    return render_page(request, "campaigns/tallies.html", "campaigns/tallies.html", context)


@require_GET
@requires("campaigns.view")
def tally(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The table with a line for each unit; each figure opens to its rows."""
    by = actor_of(request)
    row = handing.paper_of(Tally, pk, "campaigns.view", by)
    spec = Spec.of(row.spec)
    filters = Filters((), request.GET)
    rows = queries.copies(by).filter(tally=row).select_related("unit")
    page: Any = filters.order(ORDERS, "path").page(rows, request.GET)
    context = {
        "row": row, "campaign": row.campaign, "spec": spec, "filters": filters, "page": page,
        "lines": [(one, spec.shown(one.sums)) for one in page.rows],
        "total": queries.total(row, by), "whats": WHATS,
        "may_edit": handing.may_edit(row.campaign_id, by),
    }  # fmt: skip
    return render_page(request, "campaigns/tally.html", "campaigns/tally.html", context)


@require_GET
@requires("campaigns.view")
def export_tally(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    return sheets.answer_all(
        handing.paper_of(Tally, pk, "campaigns.view", by), by=by, at=timezone.now()
    )


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_tally(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = campaign_of(pk, "campaigns.edit", actor_of(request))
    form = TallyForm(request.POST or None, have=1)
    return handing.make(request, row, form, do.make_tally, "tally", _("New table and three lists"))


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def edit_tally(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = handing.paper_of(Tally, pk, "campaigns.edit", actor_of(request))
    initial = TallyForm.of(row)
    form = TallyForm(request.POST or None, initial=initial, have=len(row.spec["heads"]))
    title = _("Edit the table and its lists")
    return handing.change(request, row, form, do.change_tally, "tally", title)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def hand_out_tally(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = handing.paper_of(Tally, pk, "campaigns.edit", actor_of(request))
    return handing.hand_out(request, row, do.hand_out_tally, "tally")


# --- a unit's own --------------------------------------------------------------------------


def _copy(pk: UUID, permission: str, by: Actor) -> TallyCopy:
    rows = TallyCopy.objects.select_related("tally__campaign", "unit")
    return policy.access(rows, permission, by, pk)


@require_GET
@requires("tallies.view")
def tally_copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A unit's table over one of its lists; ``?head=`` shows the rows behind one figure."""
    by = actor_of(request)
    row = _copy(pk, "tallies.view", by)
    spec = Spec.of(row.tally.spec)
    heads = [(str(n), head.name) for n, head in enumerate(spec.heads)]
    places = [(str(n), one.name) for n, one in enumerate(spec.lists)]
    filters = Filters((Choice("head", _("Figure of the table"), heads),
                       Choice("list", _("List"), places)), request.GET)  # fmt: skip
    head = spec.heads[int(filters["head"])] if filters["head"] else None
    place = head.place if head else int(filters["list"] or 0)
    page: Any = filters.order(ROW_ORDERS, "number").page(
        queries.rows_of(row, place, head), request.GET
    )
    columns = spec.lists[place].columns
    context = {
        "row": row, "tally": row.tally, "spec": spec, "place": place, "head": head,
        "columns": columns, "filters": filters, "page": page, "shown": spec.shown(row.sums),
        "lines": [(one, [cell(*pair) for pair in zip(columns, one.values, strict=True)])
                  for one in page.rows],
        "may_fill": "tallies.fill" in policy.allowed(TallyCopy, pk, {"tallies.fill"}, by),
        "seen": campaigns.campaigns(by).filter(pk=row.tally.campaign_id).exists(),
        "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "campaigns/tally_copy.html", "campaigns/tally_copy.html", context)


@require_http_methods(["GET", "POST"])
@requires("tallies.fill")
def tally_row(
    request: HttpRequest, pk: UUID, place: int = 0, row_pk: UUID | None = None
) -> HttpResponse:
    """Write a row of one list: a new one, or one that is there."""
    row = _copy(pk, "tallies.fill", actor_of(request))
    spec, found = Spec.of(row.tally.spec), None
    if row_pk:
        found = TallyRow.objects.filter(pk=row_pk, copy=row, removed_at=None).first()
        if found is None:
            raise NotFound
        place = found.place
    if place >= LISTS:
        raise NotFound
    one, initial = spec.lists[place], {}
    if found:
        pairs = zip(one.columns, found.values, strict=True)
        initial = {f"c{n}": cell(*pair) for n, pair in enumerate(pairs)}
    form = RowForm(request.POST or None, spec=one, initial=initial)

    def save() -> None:
        call = handing.call_without_version(request, form)
        do.write_rows(pk, [do.Written(place, form.cells, found.number if found else None)], **call)

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved. The table says so, too."))
        if "more" in request.POST:
            return go_on(request, reverse("campaigns:new_tally_row", args=[pk, place]))
        return go_on(request, f"{reverse('campaigns:tally_copy', args=[pk])}?list={place}")
    context = {"row": row, "tally": row.tally, "one": one, "form": form, "found": found,
               "place": place, "request_id": uuid7()}  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(
        request, "campaigns/tally_row.html", "campaigns/tally_row.html", context, status
    )


@require_POST
@requires("tallies.fill")
def remove_tally_row(request: HttpRequest, pk: UUID, row_pk: UUID) -> HttpResponse:
    do.remove_row(pk, row_pk, by=actor_of(request), at=timezone.now(), request_id=uuid7())
    messages.success(request, _("Taken out of the list."))
    return go_on(request, reverse("campaigns:tally_copy", args=[pk]))


@require_POST
@requires("tallies.fill")
def confirm_tally(request: HttpRequest, pk: UUID) -> HttpResponse:
    do.confirm_tally(pk, by=actor_of(request), at=timezone.now(), request_id=uuid7())
    messages.success(request, _("Noted: the lists stand as of today."))
    return go_on(request, reverse("campaigns:tally_copy", args=[pk]))


@require_GET
@requires("tallies.view")
def tally_book(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    return sheets.answer(_copy(pk, "tallies.view", by), by=by, at=timezone.now())


@require_http_methods(["GET", "POST"])
@requires("tallies.fill")
def import_tally(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take in a unit's workbook: all of it, or what is to be mended and nothing."""
    by, at, status = actor_of(request), timezone.now(), 200
    row = _copy(pk, "tallies.fill", by)
    context: dict[str, Any] = {"row": row, "tally": row.tally, "wrong": []}
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        status = 422
        messages.error(request, _("Choose a workbook (.xlsx, .xls or .csv)."))
    elif file is not None:
        rows, wrong = sheets.read(row, file)
        if not wrong and rows:
            do.write_rows(pk, rows, by=by, at=at, request_id=uuid7())
            words = _("%(n)s rows were read; the table says so, too.")
            messages.success(request, words % {"n": len(rows)})
            return go_on(request, reverse("campaigns:tally_copy", args=[pk]))
        status = 422
        context |= {"wrong": wrong[:WRONG_MAX], "wrong_count": len(wrong), "good": len(rows)}
        if not wrong:
            messages.error(request, _("No row stands in it."))
    template = "campaigns/tally_import.html"
    return render_page(request, template, template, context, status)
