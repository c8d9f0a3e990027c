"""Whom talks (约谈) were held with, in 家: each once a month, over all kinds of cases.

A case's own kind (``hazard.talked``) counts talks; this counts those who were talked to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts.models import Jurisdiction, Unit, UnitKind, valid_on
from anlan.kernel.facts import ledger
from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import posting
from anlan.kernel.loop.models import Case, Party, PartyRole, Proposal
from anlan.kernel.loop.settings import RUNG_BY_CLOCK_MAX

#: 约谈 is the first rung that the clock doesn't take.
RUNG = RUNG_BY_CLOCK_MAX + 1
#: Declared by supervision, whose figure it is.
TALKED = FactKind(
    "supervision.talked",
    _("talked to (约谈)"),
    _("units"),
    _("Each enterprise or unit once in a month, however often it was talked to, by the day of the "
      "talk; a talk counts once it was held."),
    Measure.DISTINCT,
    "month",
)  # fmt: skip
_FIRMS = (UnitKind.ENTERPRISE, UnitKind.TEAM)


def held() -> QuerySet[Proposal]:
    """Talks that were held; over what was merged away or never was, none counts."""
    done = Proposal.objects.filter(rung=RUNG, status=Proposal.Status.CARRIED_OUT)
    return done.exclude(case__state="void")


def uncounted() -> QuerySet[Proposal]:
    facts = Fact.objects.filter(kind__code=TALKED.code, case_id=OuterRef("case"))
    return held().exclude(Exists(facts))


def post(talks: Sequence[Proposal], *, at: datetime) -> int:
    """Count whom these talks were held with, in the caller's transaction."""
    facts = []
    for talk in talks:
        case, on = talk.case, talk.carried_out_on
        assert on, talk.pk
        facts += [
            NewFact(TALKED.code, posting.labels_of(case), case.area_id, on, case_id=case.pk,
                    subject=subject, unit_id=talk.unit_id)
            for subject in dict.fromkeys(_subjects(case, on))
        ]  # fmt: skip
    return ledger.post(facts, at=at)


def _subjects(case: Case, on: date) -> Iterator[str]:
    """Who answered for the case on that day: an enterprise, or another unit."""
    having = Party.objects.filter(Q(until=None) | Q(until__gt=on), case=case, since__lte=on,
                                  role=PartyRole.RECTIFIER)  # fmt: skip
    pks = list(having.order_by("pk").values_list("unit", flat=True)) or [case.unit_id]
    units = Unit.objects.in_bulk(pks)
    firms = _enterprises([pk for pk in pks if units[pk].kind in _FIRMS], on)
    for pk in pks:
        firm = units[pk].kind in _FIRMS and (case.enterprise_id or firms.get(pk))
        yield f"enterprise:{firm}" if firm else f"unit:{pk}"


def _enterprises(units: Iterable[int], on: date) -> dict[int, int]:
    rows = Jurisdiction.objects.filter(valid_on(on), unit__in=units, enterprise_id__isnull=False)
    return dict(rows.order_by("-pk").values_list("unit", "enterprise_id"))


def invariants() -> Iterator[tuple[str, bool, int, str]]:
    """Each talk that was held counts, and nothing else does."""
    standing = ledger.standing(Q(kind__code=TALKED.code))
    talks = held().filter(case=OuterRef("case_id"), carried_out_on=OuterRef("day"))
    wrong: list[UUID | None] = [
        *uncounted().values_list("case", flat=True)[:5],
        *standing.exclude(Exists(talks)).values_list("case_id", flat=True)[:5],
    ]
    name = "I5 who was talked to is who a talk was held with"
    yield name, not wrong, held().count(), ", ".join(map(str, wrong))
