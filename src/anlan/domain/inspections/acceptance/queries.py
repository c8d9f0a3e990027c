"""Reading acceptances: a list by filter, its figures, and what ``./anlan check`` asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards.models import Hazard
from anlan.domain.inspections.acceptance.facts import DONE, FAILED
from anlan.domain.inspections.acceptance.models import Acceptance, AcceptanceItem
from anlan.domain.library.models import RuleSet
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.facts.models import Fact
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Search
from anlan.ui.offers import choices_of
from anlan.ui.parts import cell

ORDERS = {"newest": Keyset.by("-on", "-pk")}
#: Sets that a form and a filter offer.
SETS_MAX = 200
NAMED_MAX = 5
OUTCOMES: dict[str, Any] = {"passed": _("passed"), "failed": _("not passed")}


def visible(by: Actor) -> QuerySet[Acceptance]:
    rows = policy.permitted(Acceptance.objects.all(), "acceptances.view", by)
    return rows.filter(withdrawn_at=None).select_related("rule_set", "enterprise", "area", "unit")


def sets(by: Actor) -> QuerySet[RuleSet]:
    """Sets of acceptance items that one sees, the newest first; also those out of use."""
    rows = policy.permitted(RuleSet.objects.all(), "rulesets.view", by)
    return rows.filter(purpose=RuleSet.Purpose.ACCEPTANCE).order_by("-made_at", "-pk")


def in_use(by: Actor) -> QuerySet[RuleSet]:
    """Those that an acceptance can be entered against."""
    return sets(by).filter(ended_on=None)


def filters(by: Actor, params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Name of the enterprise")),
            Choice(
                "set",
                _("Set of items"),
                lambda: choices_of(sets(by), SETS_MAX, lambda row: row.title),
            ),
            Choice("outcome", _("Acceptance result"), list(OUTCOMES.items())),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Days("on", _("Day")),
        ),
        params,
    )


def narrowed(rows: QuerySet[Acceptance], asked: Filters) -> QuerySet[Acceptance]:
    rows = rows.filter(scripts.holding(asked["q"], "enterprise__name"))
    if chosen := asked["set"]:
        rows = rows.filter(rule_set=chosen)
    if asked["outcome"]:
        rows = rows.filter(**{"failed" if asked["outcome"] == "passed" else "failed__gt": 0})
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        rows = rows.filter(below(region.path)) if region else rows.none()
    for name, column in (("on_from", "on__gte"), ("on_to", "on__lte")):
        if day := asked[name]:
            rows = rows.filter(**{column: day})
    return rows


def hazards_of(row: Acceptance) -> QuerySet[Hazard]:
    return Hazard.objects.filter(acceptance_item__acceptance=row)


def counts(rows: QuerySet[Acceptance]) -> dict[str, int]:
    return rows.aggregate(
        done=Count("pk"), passed=Count("pk", filter=Q(failed=0)),
        failed=Count("pk", filter=Q(failed__gt=0)),
    )  # fmt: skip


COLUMNS = (
    Column("enterprise", _("Enterprise"), cell="enterprise.name", kind="text",
           link=lambda row: reverse("acceptances:one", args=[row.pk])),
    Column("on", _("Day"), kind="day", sort="newest"),
    Column("set", _("Set of items"), cell="rule_set.title", kind="text"),
    Column("outcome", _("Acceptance result"), cell=lambda row: outcome_cell(row)),
    Column("met", _("Items met"), kind="number", phone=False),
    Column("failed", _("Items not met"), kind="number"),
    Column("area", _("Area"), cell="area.full_name", phone=False),
    Column("unit", _("Unit"), cell="unit.name", phone=False),
)  # fmt: skip


def outcome_cell(row: Acceptance) -> Any:
    key = "passed" if row.passed else "failed"
    return cell("tag", OUTCOMES[key], "green" if row.passed else "red")


def invariants(now: datetime) -> Iterator[tuple[str, bool, int, str]]:
    """The ledger counts what stands, and each row what its items say."""
    standing = Acceptance.objects.filter(withdrawn_at=None)
    told = standing.aggregate(done=Count("pk"), failed=Sum("failed", default=0))
    bad = []
    for kind, name in ((DONE, "done"), (FAILED, "failed")):
        counted = Fact.objects.filter(kind__code=kind.code).aggregate(n=Sum("quantity", default=0))
        if counted["n"] != told[name]:
            bad.append(f"{kind.code} {counted['n']}≠{told[name]}")
    outcome = AcceptanceItem.Outcome
    rows = Acceptance.objects.annotate(
        n_met=Count("items", filter=Q(items__outcome=outcome.MET)),
        n_failed=Count("items", filter=Q(items__outcome=outcome.FAILED)),
    )
    wrong = rows.exclude(met=F("n_met"), failed=F("n_failed")).values_list("pk", flat=True)
    bad += [str(pk) for pk in wrong[:NAMED_MAX]]
    lost = AcceptanceItem.objects.filter(
        Q(outcome=outcome.FAILED, hazard=None) | (~Q(outcome=outcome.FAILED) & ~Q(hazard=None))
    )
    bad += [f"item {pk}" for pk in lost.values_list("pk", flat=True)[:NAMED_MAX]]
    name = "I6 acceptances and their items are what is counted"
    yield name, not bad, told["done"], "; ".join(bad)
