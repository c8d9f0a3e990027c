"""The library's lists: filters, orders and columns."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.library.models import Kind, RuleSet, Status, Text
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Flag, Search
from anlan.ui.parts import part

ORDERS = {
    "newest": Keyset.by("-made_at", "-pk"),
    "title": Keyset.by("title", "pk"),
    "force": Keyset.by("-first_on?", "-pk"),
}
ARTICLE_ORDERS = {"place": Keyset.by("edition__text__title", "edition_id", "place", "pk")}
SET_ORDERS = {"newest": Keyset.by("-made_at", "-pk")}
TONES = {
    Status.DRAFT: "line", Status.COMING: "blue", Status.IN_FORCE: "green",
    Status.AMENDED: "green", Status.REPEALED: "red", Status.REPLACED: "red",
}  # fmt: skip


def filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in title, number or issuer")),
            Choice("kind", _("Kind"), list(Kind.choices)),
            Choice("status", _("Status"), list(Status.choices)),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
        ),
        params,
    )


#: What articles may be looked for: kept while one searches on.
WHAT_FOR = ("case", "set")


class ArticleFilters(Filters):
    """Filters whose every address says for which case or set articles are looked for."""

    def query(self, **changes: Any) -> str:
        kept = {name: value[:40] for name in WHAT_FOR if (value := self.params.get(name))}
        return super().query(**kept, **changes)


def article_filters(params: QueryDict) -> Filters:
    return ArticleFilters(
        (
            Search("q", _("Words in the articles, two characters or more")),
            Choice("kind", _("Kind"), list(Kind.choices)),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
            Flag("ended", _("Repealed and replaced ones, too")),
        ),
        params,
    )


def set_filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in the title")),
            Choice("purpose", _("What its items are for"), list(RuleSet.Purpose.choices)),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
        ),
        params,
    )


def columns(today: date) -> list[Column]:
    return [
        Column("title", _("Name"), kind="text",
               link=lambda row: reverse("library:text", args=[row.pk]), sort="title"),
        Column("kind", _("Kind"), cell="get_kind_display"),
        Column("status", _("Status"), cell=lambda row: status_tag(row, today)),
        Column("number", _("Document or standard number"), kind="text"),
        Column("issuer", pgettext_lazy("library", "Issued by"), kind="text", phone=False),
        Column("first", _("In force from"), cell="first_on", kind="day", sort="force"),
        Column("ended", pgettext_lazy("library", "Ended on"), cell="ended_on", kind="day",
               phone=False, shown=False),
        Column("sectors", _("Sectors"), cell=sectors_of, kind="text", phone=False, shown=False),
        Column("unit", _("Kept by"), cell="unit.name", kind="text", phone=False),
    ]  # fmt: skip


def set_columns() -> list[Column]:
    return [
        Column("title", pgettext_lazy("library", "Set of items"), kind="text",
               link=lambda row: reverse("library:set", args=[row.pk])),
        Column("purpose", _("What its items are for"), cell="get_purpose_display"),
        Column("sector", _("Sector"), cell=lambda row: sectors.names().get(row.sector_id, "")),
        Column("items", _("Items"), cell="n", kind="number"),
        Column("unit", _("Kept by"), cell="unit.name", kind="text"),
        Column("ended", _("Out of use since"), cell="ended_on", kind="day", phone=False),
    ]  # fmt: skip


def status_tag(row: Text, today: date) -> Any:
    status = Status(row.status_on(today))
    return part("tag", status.label, TONES[status])


def sectors_of(row: Text) -> str:
    names = sectors.names()
    return "、".join(names.get(code, code) for code in row.sectors.split(",") if code)
