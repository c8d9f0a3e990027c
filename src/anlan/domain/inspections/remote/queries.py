"""Reading checks from afar: the list by filter, its figures, and what ``./anlan check`` asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base import lots
from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.inspections.models import Every
from anlan.domain.inspections.remote import facts
from anlan.domain.inspections.remote.models import (
    Look,
    Pick,
    RemoteDraw,
    RemotePlan,
    Violation,
    Way,
)
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar import periods
from anlan.kernel.facts.models import Fact
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Record, Search
from anlan.ui.offers import choices_of
from anlan.ui.parts import cell

ORDERS = {"newest": Keyset.by("-drawn_on", "-pk")}
PLANS = {"newest": Keyset.by("-made_at", "-pk")}
#: Plans that a filter offers, draws that a plan shows, and bad rows that a check names.
PLANS_MAX, DRAWS_MAX, NAMED_MAX = 200, 60, 5
#: How far it is with the feedback, and what that says of a row.
TOLD: dict[str, tuple[Any, Q]] = {
    "untold": (
        _("to be told"),
        Q(told_at=None) & ~Q(state=Pick.State.WAITING),
    ),
    "unsigned": (_("told, not signed for"), Q(told_at__isnull=False, received_at=None)),
    "told": (_("told"), Q(told_at__isnull=False)),
    "received": (_("signed for"), Q(received_at__isnull=False)),
}
TONES = {"waiting": "line", "clean": "green", "found": "red", "missing": "amber"}
LOOKED = (Pick.State.CLEAN, Pick.State.FOUND)
#: By kind of fact, which filter of the list shows what it counts.
AFAR: Mapping[str, Mapping[str, str]] = {
    facts.DRAWN.code: {}, facts.LOOKED.code: {"state": "looked"},
    facts.FOUND.code: {"state": "found"}, facts.MISSING.code: {"state": "missing"},
    facts.TOLD.code: {"told": "told"}, facts.RECEIVED.code: {"told": "received"},
}  # fmt: skip


def plans(by: Actor) -> QuerySet[RemotePlan]:
    rows = policy.permitted(RemotePlan.objects.all(), "remoteplans.view", by)
    return rows.select_related("area", "unit", "sector")


def visible(by: Actor) -> QuerySet[Pick]:
    rows = policy.permitted(Pick.objects.all(), "remote.view", by)
    return rows.select_related("draw__plan", "enterprise", "area")


def filters(by: Actor, params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Name of the enterprise")),
            Choice(
                "state", _("What came of it"), [("looked", _("looked at")), *Pick.State.choices]
            ),
            Choice("told", _("Feedback"), [(code, label) for code, (label, _q) in TOLD.items()]),
            Choice("way", _("How one looks"), Way.choices),
            Choice("plan", _("Sampling plan"), lambda: _offered(by)),
            Choice("violation", _("Violation"), Violation.Kind.choices),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Days("on", _("Drawn on")),
            Record("draw", _("Draw")),
        ),
        params,
    )


def _offered(by: Actor) -> list[tuple[str, Any]]:
    rows = plans(by).order_by("-made_at", "-pk")
    return choices_of(rows, PLANS_MAX, lambda row: row.name)


def narrowed(rows: QuerySet[Pick], asked: Filters) -> QuerySet[Pick]:
    rows = rows.filter(scripts.holding(asked["q"], "enterprise__name"))
    states = LOOKED if asked["state"] == "looked" else [asked["state"]]
    if asked["state"]:
        rows = rows.filter(state__in=states)
    for name, column in (
        ("way", "way"), ("plan", "draw__plan"), ("draw", "draw"),
        ("on_from", "drawn_on__gte"), ("on_to", "drawn_on__lte"),
    ):  # fmt: skip
        if value := asked[name]:
            rows = rows.filter(**{column: value})
    if told := TOLD.get(str(asked["told"] or "")):
        rows = rows.filter(told[1])
    if kind := asked["violation"]:
        found = Violation.objects.filter(kind=kind, look__withdrawn_at=None)
        rows = rows.filter(pk__in=found.values("look__pick"))
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        rows = rows.filter(below(region.path)) if region else rows.none()
    return rows


def counts(rows: QuerySet[Pick]) -> dict[str, int]:
    """The figures over a list, in one statement; each is a filter of it."""
    state = Pick.State
    return rows.order_by().aggregate(
        drawn=Count("pk"),
        **{
            name: Count("pk", filter=Q(state=name))
            for name in (state.WAITING, state.CLEAN, state.FOUND, state.MISSING)
        },
        **{name: Count("pk", filter=asked) for name, (_label, asked) in TOLD.items()},
    )


def state_cell(row: Pick) -> Any:
    return cell("tag", row.get_state_display(), TONES[row.state])


def told_cell(row: Pick) -> Any:
    if row.received_at:
        return cell("tag", TOLD["received"][0], "green")
    if row.told_at:
        return cell("tag", TOLD["unsigned"][0], "amber")
    return "" if row.state == Pick.State.WAITING else cell("tag", TOLD["untold"][0], "line")


def period_of(draw: RemoteDraw) -> str:
    return periods.parse(draw.period).label


COLUMNS = (
    Column("enterprise", _("Enterprise"), cell="enterprise.name", kind="text",
           link=lambda row: reverse("remote:one", args=[row.pk])),
    Column("state", _("What came of it"), cell=state_cell),
    Column("told", _("Feedback"), cell=told_cell),
    Column("on", _("Drawn on"), kind="day", cell="drawn_on", sort="newest"),
    Column("plan", _("Sampling plan"), cell="draw.plan.name", kind="text", phone=False),
    Column("way", _("How one looks"), cell="get_way_display", phone=False),
    Column("area", _("Area"), cell="area.full_name", phone=False),
)  # fmt: skip
PLAN_COLUMNS = (
    Column("name", _("Sampling plan"), kind="text",
           link=lambda row: reverse("remote:plan", args=[row.pk])),
    Column("way", _("How one looks"), cell="get_way_display"),
    Column("area", _("Area"), cell="area.full_name"),
    Column("sector", _("Sector"), cell=lambda row: row.sector.name if row.sector else _("all")),
    Column("every", _("How often"), cell=lambda row: every_label(row)),
    Column("wanted", _("Drawn each time"), kind="number"),
    Column("unit", _("Unit"), cell="unit.name", phone=False),
    Column("state", _("State"), cell=lambda row: cell(
        "tag", _("ended") if row.ended_at else _("running"), "" if row.ended_at else "green")),
)  # fmt: skip


def every_label(plan: RemotePlan) -> str:
    return str(Every(plan.every).label)


def invariants(now: datetime) -> Iterator[tuple[str, bool, int, str]]:
    """The ledger counts what stands, each row says what its look says, each draw what seed drew."""
    stands = Pick.objects.aggregate(
        drawn=Count("pk"), looked=Count("pk", filter=Q(state__in=LOOKED)),
        missing=Count("pk", filter=Q(state="missing")), found=Count("pk", filter=Q(state="found")),
        told=Count("told_at"), received=Count("received_at"),
    )  # fmt: skip
    stands["violation"] = Violation.objects.filter(look__withdrawn_at=None).count()
    bad = []
    for kind in facts.KINDS:
        facts_of = Fact.objects.filter(kind__code=kind.code)
        counted = facts_of.aggregate(n=Sum("quantity", default=0))["n"]
        rows = stands[kind.code.removeprefix("remote.")]
        if counted != rows:
            bad.append(f"{kind.code} {counted}≠{rows}")
    standing = Look.objects.filter(withdrawn_at=None)
    wrong = standing.exclude(pick__state=F("outcome")).values_list("pk", flat=True)
    bad += [str(pk) for pk in wrong[:NAMED_MAX]]
    lost = Pick.objects.exclude(state="waiting").exclude(pk__in=standing.values("pick"))
    bad += [str(pk) for pk in lost.values_list("pk", flat=True)[:NAMED_MAX]]
    yield "I6 checks from afar are what is counted", not bad, stands["drawn"], "; ".join(bad)
    draws, bent = 0, []
    picks = Pick.objects.only("draw_id", "enterprise_id").order_by("place")
    rows_of = RemoteDraw.objects.order_by("pk").prefetch_related(Prefetch("picks", picks))
    for row in rows_of.iterator(chunk_size=50):
        draws += 1
        mine = [pick.enterprise_id for pick in row.picks.all()]
        if lots.digest_of(row.frame) != row.digest or mine != drawn_by(row):
            bent.append(str(row.pk))
    name = "I6 draws of checks from afar can be drawn again"
    yield name, not bent, draws, "; ".join(bent[:NAMED_MAX])


def drawn_by(draw: RemoteDraw) -> list[int]:
    """Whom the draw's seed draws from its frame: as everybody can work out."""
    return lots.chosen(draw.frame, draw.seed, draw.wanted)
