"""Reading the book of enforcement: the list by filter, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.enforcement import kinds
from anlan.domain.enforcement.facts import BY_CODE
from anlan.domain.enforcement.models import Entry, Payment, Violation
from anlan.domain.enterprises import queries as enterprises
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Days, Filters, Flag, Search

ORDERS = {"newest": Keyset.by("-on", "-pk")}
#: Units that a filter offers, open violations that a recheck offers, digits of a register's id.
UNITS_MAX, OPEN_MAX, ID_DIGITS_MAX = 200, 200, 18
#: What begins the code of every figure, and is left out of addresses.
PREFIX = "enforcement."


def visible(by: Actor) -> QuerySet[Entry]:
    rows = policy.permitted(Entry.objects.all(), "enforcement.view", by)
    return rows.select_related("enterprise", "area", "unit", "sector")


def figures() -> list[tuple[str, Any]]:
    return [(code.removeprefix(PREFIX), each.kind.label) for code, each in BY_CODE.items()]


def filters(by: Actor, params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Number, enterprise or words")),
            Choice("kind", _("Kind of entry"), kinds.choices()),
            Choice("figure", _("Counts in the figure"), figures()),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
            Choice("unit", _("Unit"), lambda: _units(by)),
            Days("on", _("Day")),
            Days("paid", _("Paid between")),
            Search("enterprise", _("Enterprise")),
            Flag("owing", _("Fine not collected in full")),
            Flag("open", _("Violations not rectified")),
            Flag("withdrawn", _("Withdrawn only")),
        ),
        params,
    )


def _units(by: Actor) -> list[tuple[str, str]]:
    found = policy.permitted(Entry.objects.all(), "enforcement.view", by).order_by().values("unit")
    rows = Unit.objects.filter(pk__in=found).order_by("name")[:UNITS_MAX]
    return [(str(row.pk), row.name) for row in rows]


def narrowed(rows: QuerySet[Entry], asked: Filters) -> QuerySet[Entry]:
    rows = rows.filter(scripts.holding(asked["q"], "number", "what", "party", "enterprise__name"))
    rows = rows.filter(withdrawn_at__isnull=not asked["withdrawn"])
    for name, column in (
        ("kind", "kind"), ("sector", "sector_id"), ("unit", "unit_id"), ("on_from", "on__gte"),
        ("on_to", "on__lte"),
    ):  # fmt: skip
        if value := asked[name]:
            rows = rows.filter(**{column: value})
    if figure := BY_CODE.get(f"{PREFIX}{asked['figure']}"):
        rows = rows.filter(figure.rows)
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        rows = rows.filter(below(region.path)) if region else rows.none()
    if asked["owing"]:
        rows = rows.filter(paid__lt=F("fine") + F("head_fine"))
    if asked["open"]:
        still = Violation.objects.filter(void=False, rectified_by=None)
        rows = rows.filter(pk__in=still.values("entry"))
    return _of_firm(_paid(rows, asked), str(asked["enterprise"] or ""))


def _paid(rows: QuerySet[Entry], asked: Filters) -> QuerySet[Entry]:
    """Those of whose fine something was paid on these days."""
    days = {"paid_from": "on__gte", "paid_to": "on__lte"}
    said = {column: asked[name] for name, column in days.items() if asked[name]}
    if not said:
        return rows
    payments = Payment.objects.filter(withdrawn_at=None, **said)
    return rows.filter(pk__in=payments.values("entry"))


def _of_firm(rows: QuerySet[Entry], firm: str) -> QuerySet[Entry]:
    """Of the entry of the register that another page names by its id, or that is called so."""
    if not firm:
        return rows
    if firm.isdecimal() and len(firm) < ID_DIGITS_MAX:
        return rows.filter(enterprise__in=enterprises.family(int(firm)))
    return rows.filter(scripts.holding(firm, "enterprise__name", "party"))


def counts(rows: QuerySet[Entry]) -> Mapping[str, int]:
    """The figures over a list, in one statement; each opens its rows. Money is in fen."""
    return rows.order_by().aggregate(
        entries=Count("pk"), firms=Count("enterprise", distinct=True),
        papers=Count("pk", filter=Q(kind__in=kinds.PAPER_KINDS)),
        found=Coalesce(Sum("found"), 0), rectified=Coalesce(Sum("rectified"), 0),
        halted=Count("pk", filter=Q(halted=True)),
        fined=Coalesce(Sum(F("fine") + F("head_fine")), 0), paid=Coalesce(Sum("paid"), 0),
    )  # fmt: skip


def open_violations(enterprise: int, by: Actor) -> list[Violation]:
    """What a recheck of an enterprise may tick, of the entries that ``by`` may see."""
    rows = Violation.objects.filter(
        enterprise__in=enterprises.family(enterprise), void=False, rectified_by=None,
        entry__in=policy.permitted(Entry.objects.all(), "enforcement.view", by).order_by(),
    )  # fmt: skip
    return list(rows.select_related("entry").order_by("entry__on", "entry", "place")[:OPEN_MAX])
