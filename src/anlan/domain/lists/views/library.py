"""The case library: search, a case, putting one in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
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
from anlan.domain.enterprises import industry
from anlan.domain.lists import commands, library, queries, settings, tabs
from anlan.domain.lists.models import TITLE_CHARS_MAX, Item, LibraryCase
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import put_refusal, text_area
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Search
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
    hazard_kinds = django_forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of hazard"), required=False,
        widget=django_forms.CheckboxSelectMultiple,
    )  # fmt: skip
    industry = django_forms.ChoiceField(label=gettext_lazy("Type of enterprise"), required=False)
    tags = django_forms.MultipleChoiceField(
        label=gettext_lazy("Tags of the office"), required=False,
        widget=django_forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, row: LibraryCase | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = settings.tags()
        choices: dict[str, list[tuple[str, Any]]] = {
            "sectors": list(sectors.names().items()),
            "industry": [("", gettext_lazy("not stated")), *_industries()],
            # What a case has keeps its box when the office offers it no more.
            "hazard_kinds": _pairs(offered.hazard_kinds, row.hazard_kinds if row else ""),
            "tags": _pairs(offered.tags, row.tags if row else ""),
        }
        for name, pairs in choices.items():
            if pairs:
                field: Any = self.fields[name]
                field.choices = pairs
            else:
                del self.fields[name]

    @property
    def told(self) -> commands.Told:
        return commands.Told(**{
            name: value for name, value in self.cleaned_data.items()
            if name in commands.Told.__annotations__
        })  # fmt: skip


def _pairs(words: Iterable[str], kept: str = "") -> list[tuple[str, str]]:
    return [(word, word) for word in dict.fromkeys([*words, *library.words_of(kept)])]


def _industries() -> list[tuple[str, str]]:
    """The sections of GB/T 4754."""
    return [(row.code, row.name) for row in industry.table().values() if row.level == 1]


def _tags(row: LibraryCase) -> list[tuple[str, str]]:
    """Each tag with the list of the cases that have it, too."""
    names, back = sectors.names(), reverse("lists:library")
    found = [("sector", code, names.get(code, code)) for code in library.words_of(row.sectors)]
    found += [("kind", word, word) for word in library.words_of(row.hazard_kinds)]
    if row.industry:
        found.append(("industry", row.industry, industry.name(row.industry)))
    if row.region:
        found.append(("region", row.region.code, row.region.name))
    found += [("tag", word, word) for word in library.words_of(row.tags)]
    return [(label, f"{back}?{urlencode({name: value})}") for name, value, label in found]


@require_GET
@requires("library.view")
def cases(request: HttpRequest) -> HttpResponse:
    by, offered = actor_of(request), settings.tags()
    # A case keeps what the office offers no more, and leads to its like.
    kind, tag = (request.GET.get(name, "") for name in ("kind", "tag"))
    asked = Filters(
        (
            Search("q", gettext_lazy("Words in the case")),
            Choice("sector", gettext_lazy("Sector"), lambda: list(sectors.names().items())),
            Choice("kind", gettext_lazy("Kind of hazard"),
                   lambda: _pairs(offered.hazard_kinds, kind)),
            Choice("industry", gettext_lazy("Type of enterprise"), _industries),
            Area("region", gettext_lazy("Where it happened"), reverse("pickers:areas"), area_name),
            Choice("tag", gettext_lazy("Tag of the office"), lambda: _pairs(offered.tags, tag)),
        ),
        request.GET,
    )  # fmt: skip
    rows = library.narrowed(library.visible(by), asked)
    columns = [
        Column("title", gettext_lazy("Case"), kind="text",
               link=lambda row: reverse("lists:library_case", args=[row.pk])),
        Column("cause", gettext_lazy("Root cause"), kind="text"),
        Column("tags", gettext_lazy("Tags"), kind="text", phone=False,
               cell=lambda row: "、".join(label for label, _href in _tags(row))),
        Column("unit", gettext_lazy("Told by"), cell="unit.name", phone=False),
        Column("made", gettext_lazy("When"), cell="made_at", kind="moment"),
    ]  # fmt: skip
    context = {
        "tabs": tabs.of(by, "library"),
        "filters": asked, "columns": columns,
        "page": asked.order(ORDERS, "newest").page(rows, request.GET),
        "may_set": policy.may(by, "listsettings.edit"),
    }  # fmt: skip
    return render_page(request, "lists/library.html", "lists/_library.html", context)


@require_GET
@requires("library.view")
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(
        LibraryCase.objects.select_related("area", "unit", "region"), "library.view", by, pk
    )
    item_seen = queries.visible(by).filter(pk=row.item_id).exists()
    context = {
        "row": row, "tags": _tags(row),
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
    items = Item.objects.select_related("case", "kind", "hazard__enterprise", "enterprise")
    item = policy.access(items, "lists.shelve", by, pk, at=at)
    told = LibraryCase.objects.filter(item=item).first()
    if told:
        policy.access(LibraryCase.objects.all(), "library.edit", by, told.pk, at=at)
    source: Any = told or item
    initial = {
        "request_id": uuid7(), "title": source.title, "cause": source.cause,
        "happened": told.happened if told else item.description,
        "remedy": told.remedy if told else "\n".join(
            filter(None, (item.result, item.source_treated, item.mechanism))),
        **_tagged(item, told),
    }  # fmt: skip
    form = LibraryForm(request.POST or None, initial=initial, row=told)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = commands.put_into_library(
                    pk, form.told, by=by, at=at, request_id=form.cleaned_data["request_id"]
                )
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("It is in the library."))
                return go_on(request, reverse("lists:library_case", args=[made]))
    return render_page(
        request, "lists/shelve.html", "lists/shelve.html", {"form": form, "item": item}, status
    )


def _tagged(item: Item, told: LibraryCase | None) -> dict[str, Any]:
    """A case's tags; of a new one, what the problem says of itself."""
    if told:
        columns = ("sectors", "hazard_kinds", "tags")
        return {
            "industry": told.industry,
            **{name: library.words_of(getattr(told, name)) for name in columns},
        }
    enterprise = item.enterprise or (item.hazard.enterprise if item.hazard else None)
    sections = industry.chain(enterprise.industry) if enterprise else []
    return {
        "sectors": [item.case.sector_id] if item.case.sector_id else [],
        "hazard_kinds": [item.hazard.category] if item.hazard else [],
        "industry": sections[0].code if sections else "",
    }


@require_POST
@requires("library.edit")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    commands.withdraw_from_library(pk, by=actor_of(request), at=timezone.now())
    messages.success(request, _("Taken out of the library."))
    return go_on(request, reverse("lists:library"))
