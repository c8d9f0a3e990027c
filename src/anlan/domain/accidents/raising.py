"""Which rules of the areas above propose that a higher level takes an accident's inquiry (提级).

A rule proposes and decides nothing: it stands on the accident's page with its words, its document
and its version, and an office or leader begins or raises the inquiry, or leaves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any, Self

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.paths import ancestors, below
from anlan.domain.accidents import law
from anlan.domain.accidents.models import Accident, Finding, RaisingRules, Scope
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Level, Region

#: Where "again" is looked for.
ENTERPRISE, COUNTY = "enterprise", "county"
PLACES = (
    (ENTERPRISE, gettext_lazy("the same enterprise")), (COUNTY, gettext_lazy("the same county")),
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One sentence of a document, and what must hold of an accident: all that is stated."""

    words: str
    grade: str = ""
    sector: str = ""
    deaths: int = 0
    serious: int = 0
    missing: int = 0
    loss_fen: int = 0
    #: Late, omitted, false or concealed reporting was found and confirmed.
    misreported: bool = False
    #: As many accidents with this one, within so many days before it, of the same ``where``.
    again: int = 0
    days: int = 0
    where: str = ENTERPRISE

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def asks(self) -> bool:
        """Whether it states any condition: one that asks nothing would hold of every accident."""
        return any((self.grade, self.sector, self.deaths, self.serious, self.missing,
                    self.loss_fen, self.misreported, self.again))  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    rule: Rule
    rules: RaisingRules

    @property
    def because(self) -> str:
        """As the inquiry keeps it: the sentence, the document, the version."""
        version = _("version %(n)d") % {"n": self.rules.version}
        return f"“{self.rule.words}”（{self.rules.source}，{self.rules.area.name}，{version}）"


def in_force(path: str) -> list[RaisingRules]:
    """The latest version of each area from the nation down to that of a path."""
    newer = RaisingRules.objects.filter(area=OuterRef("area"), version__gt=OuterRef("version"))
    rows = RaisingRules.objects.filter(~Exists(newer), area__in=ancestors(path))
    return list(rows.select_related("area").order_by("path"))


def proposals(accident: Accident) -> list[Proposal]:
    """The rules that hold of an accident as it is known now; none where no level is above."""
    if law.leads(accident.case.grade) == Level.NATION or accident.case.state == "void":
        return []
    rules = [(Rule.of(each), row) for row in in_force(accident.case.path) for each in row.rules]
    return [Proposal(rule, row) for rule, row in rules if _holds(rule, accident)]


def _holds(rule: Rule, row: Accident) -> bool:
    stated: tuple[tuple[object, Callable[[], bool]], ...] = (
        (rule.grade, lambda: row.case.grade == rule.grade),
        (rule.sector, lambda: row.case.sector_id == rule.sector),
        (rule.deaths, lambda: row.deaths >= rule.deaths),
        (rule.serious, lambda: row.serious >= rule.serious),
        (rule.missing, lambda: row.missing >= rule.missing),
        (rule.loss_fen, lambda: row.loss_fen >= rule.loss_fen),
        (rule.misreported, lambda: _is_misreported(row)),
        (rule.again, lambda: _times(rule, row) >= rule.again),
    )
    return rule.asks and all(holds() for said, holds in stated if said)


def _is_misreported(row: Accident) -> bool:
    return row.findings.filter(status=Finding.Status.CONFIRMED).exists()


def _times(rule: Rule, row: Accident) -> int:
    """How many accidents of work there were, this one among them, in the days until its own."""
    if rule.where == ENTERPRISE:
        if row.case.enterprise_id is not None:
            same = Q(case__enterprise_id=row.case.enterprise_id)
        elif row.enterprise_name:
            same = Q(enterprise_name=row.enterprise_name)
        else:
            return 1
    else:
        same = below(_county(row.case), "case__path")
    rows = Accident.objects.filter(same, scope=Scope.WORK).exclude(case__state="void")
    since = row.happened_at - timedelta(days=rule.days)
    return rows.filter(happened_at__gt=since, happened_at__lte=row.happened_at).count()


def _county(case: Case) -> str:
    """The path of the county that a case's area lies in, or of the area where it lies in none."""
    rows = Region.objects.filter(pk__in=ancestors(case.path), level=Level.COUNTY)
    return rows.values_list("path", flat=True).first() or case.path
