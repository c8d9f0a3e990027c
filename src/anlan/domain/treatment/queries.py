"""Plans as lists and pages read them. Progress is counted from the state of the hazards."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet, Sum

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.enterprises import queries as enterprises
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Hazard
from anlan.domain.treatment.models import RemedyMeasure, RemedyPlan
from anlan.kernel.accounts import policy
from anlan.kernel.regions.models import Region
from anlan.ui.lists import Filters

#: Hazards that the form of a plan offers.
OFFERED_MAX = 60


def plans(by: Actor) -> QuerySet[RemedyPlan]:
    """Plans that ``by`` sees, each with its progress: findings, rectified, closed, funds."""
    rows = policy.permitted(RemedyPlan.objects.all(), "remedy.view", by)
    return rows.select_related("case__area", "enterprise").annotate(
        findings=Count("measures"),
        settled=Count("measures", filter=Q(measures__hazard__case__unsettled=False)),
        done=Count("measures", filter=Q(measures__hazard__case__is_open=False)),
        funds=Sum("measures__funds"),
    )


def narrowed(rows: QuerySet[RemedyPlan], asked: Filters) -> QuerySet[RemedyPlan]:
    if asked["q"]:
        text = str(asked["q"])
        rows = rows.filter(Q(name__contains=text) | Q(enterprise__name__contains=text))
    if asked["area"]:
        area = Region.objects.filter(code=asked["area"]).first()
        rows = rows.filter(below(area.path, "case__path")) if area else rows.none()
    if asked["state"]:
        rows = rows.filter(case__state=asked["state"])
    if asked["enterprise"]:
        text = str(asked["enterprise"])
        ids = enterprises.family(int(text)) if text.isdecimal() and len(text) < 18 else []
        rows = rows.filter(enterprise__in=ids)
    return rows


def measures(plan: RemedyPlan) -> QuerySet[RemedyMeasure]:
    return plan.measures.select_related("hazard__case").order_by("order")


def offered(by: Actor, enterprise_id: int, plan: RemedyPlan | None = None) -> QuerySet[Hazard]:
    """Open hazards of an enterprise that a plan may take in, the oldest first."""
    rows = hazards.visible(by).filter(
        enterprise__in=enterprises.family(enterprise_id), case__is_open=True
    )
    if plan is not None:
        rows = rows.exclude(pk__in=plan.measures.values("hazard"))
    return rows.select_related("case").order_by(F("case__opened_on").asc(), "pk")
