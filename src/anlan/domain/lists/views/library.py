"""The case library: search, a case, putting one in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards.forms import StepForm, text_area
from anlan.domain.lists import commands, library, queries, tabs
from anlan.domain.lists.models import TITLE_CHARS_MAX, Item, LibraryCase
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Search
from anlan.ui.pages import go_on, render_page

ORDERS = {"newest": Keyset.by("-made_at", "-pk")}


class LibraryForm(StepForm):
    title = django_forms.CharField(label=gettext_lazy("Title"), max_length=TITLE_CHARS_MAX)
    happened = text_area(gettext_lazy("What happened"), rows=5)
    cause = text_area(gettext_lazy("Root cause"))
    remedy = text_area(gettext_lazy("What helped"))
    sectors = django_forms.MultipleChoiceField(
        label=gettext_lazy("Sectors that can learn from it"), required=False,
        widget=django_forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sectors"]
        field.choices = list(sectors.names().items())


def _sectors(row: LibraryCase) -> str:
    names = sectors.names()
    return "、".join(names.get(code, code) for code in row.sectors.split(",") if code)


@require_GET
@requires("library.view")
def cases(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = Filters(
        (
            Search("q", gettext_lazy("Words in the case")),
            Choice("sector", gettext_lazy("Sector"), lambda: list(sectors.names().items())),
        ),
        request.GET,
    )
    rows = library.search(library.visible(by), asked["q"] or "", asked["sector"] or "")
    columns = [
        Column("title", gettext_lazy("Case"), kind="text",
               link=lambda row: reverse("lists:library_case", args=[row.pk])),
        Column("cause", gettext_lazy("Root cause"), kind="text"),
        Column("sectors", gettext_lazy("Sectors"), cell=_sectors, kind="text", phone=False),
        Column("unit", gettext_lazy("Told by"), cell="unit.name", phone=False),
        Column("made", gettext_lazy("When"), cell="made_at", kind="moment"),
    ]  # fmt: skip
    context = {
        "tabs": tabs.of(by, "library"),
        "filters": asked, "columns": columns,
        "page": asked.order(ORDERS, "newest").page(rows, request.GET),
    }  # fmt: skip
    return render_page(request, "lists/library.html", "lists/_library.html", context)


@require_GET
@requires("library.view")
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(LibraryCase.objects.select_related("area", "unit"), "library.view", by, pk)
    item_seen = queries.visible(by).filter(pk=row.item_id).exists()
    context = {
        "row": row, "sectors": _sectors(row),
        "item_url": reverse("lists:item", args=[row.item_id]) if item_seen else "",
        "may_edit": policy.permitted(
            LibraryCase.objects.filter(pk=pk), "library.edit", by).exists(),
    }  # fmt: skip
    return render_page(request, "lists/library_case.html", "lists/library_case.html", context)


@require_http_methods(["GET", "POST"])
@requires("lists.shelve")
def shelve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell an accepted item as a case, or mend what the library says of it."""
    by, at = actor_of(request), timezone.now()
    item = policy.access(Item.objects.select_related("case", "kind"), "lists.shelve", by, pk, at=at)
    told = LibraryCase.objects.filter(item=item).first()
    if told:
        policy.access(LibraryCase.objects.all(), "library.edit", by, told.pk, at=at)
    source: Any = told or item
    initial = {
        "request_id": uuid7(), "title": source.title, "cause": source.cause,
        "happened": told.happened if told else item.description,
        "remedy": told.remedy if told else "\n".join(
            filter(None, (item.result, item.source_treated, item.mechanism))),
        "sectors": [code for code in told.sectors.split(",") if code] if told
        else [item.case.sector_id] if item.case.sector_id else [],
    }  # fmt: skip
    form = LibraryForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            said = commands.Told(
                data["title"], data["happened"], data["cause"], data["remedy"], data["sectors"]
            )
            try:
                made = commands.put_into_library(
                    pk, said, by=by, at=at, request_id=data["request_id"]
                )
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("It is in the library."))
                return go_on(request, reverse("lists:library_case", args=[made]))
    return render_page(
        request, "lists/shelve.html", "lists/shelve.html", {"form": form, "item": item}, status
    )


@require_POST
@requires("library.edit")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    commands.withdraw_from_library(pk, by=actor_of(request), at=timezone.now())
    messages.success(request, _("Taken out of the library."))
    return go_on(request, reverse("lists:library"))
