"""What the book of enforcement posts, as data: which entries count in a figure, and how much.

Every figure is posted from ``FIGURES``; the list opens it by the same row, and ``./anlan check``
holds the ledger against it. What counts enterprises (家) counts each once a month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.enforcement.kinds import KINDS as CATALOGUE
from anlan.domain.enforcement.kinds import PAPER_KINDS, PENALTIES, SOURCE
from anlan.domain.enforcement.models import Entry, Payment
from anlan.domain.inspections import posting
from anlan.kernel.facts import ledger
from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.indicators.declare import Count, Distinct, Indicator

#: Which paper it is, as a label: a code of ``kinds.KINDS``.
PAPER = "paper"
#: The record of on-site inspection, which is an inspection itself.
INSPECTION = "inspection"
#: Facts that one statement posts.
POSTED_AT_ONCE = 5_000
_FEN = pgettext_lazy("unit", "fen")


@dataclass(frozen=True)
class Figure:
    """One figure: the entries ``of`` these kinds (all, where none is said) that fit.

    adds:  columns whose sum each entry adds; none means that it adds one.
    flag:  a column that must be true.
    """

    kind: FactKind
    of: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    flag: str = ""

    def quantity(self, row: Entry) -> int:
        if self.of and row.kind not in self.of:
            return 0
        if self.flag:
            return int(getattr(row, self.flag))
        return sum(getattr(row, name) for name in self.adds) if self.adds else 1

    @property
    def rows(self) -> Q:
        """The entries that count in it."""
        found = Q(kind__in=self.of) if self.of else Q()
        if self.flag:
            found &= UNIT_PUNISHED if self.flag == "punishes_unit" else Q(**{self.flag: True})
        for n, name in enumerate(self.adds):
            more = Q(**{f"{name}__gt": 0})
            found = found & more if not n else found | more
        return found

    @property
    def sum(self) -> Combinable | None:
        """What the entries' columns sum up to; None where each adds one."""
        total: Combinable | None = None
        for name in self.adds:
            total = F(name) if total is None else total + F(name)
        return total


#: The columns behind ``Entry.punishes_unit``.
UNIT_PUNISHED = Q(kind__in=PENALTIES) & (
    Q(fine__gt=0) | Q(warned=True) | Q(halted=True) | Q(suspended__gt=0) | Q(revoked__gt=0)
)
_FIRMS, _TIMES = _("enterprises"), _("times")
_ITEMS, _COPIES = pgettext_lazy("enforcement", "items"), pgettext_lazy("enforcement", "copies")
_CASES, _GUESTS = pgettext_lazy("enforcement", "cases"), pgettext_lazy("enforcement", "attendances")
_LICENCES, _PERSONS = pgettext_lazy("enforcement", "licences"), _("persons")


def _flow(code: str, label: Promise, unit: Promise, basis: Promise) -> FactKind:
    return FactKind(f"enforcement.{code}", label, unit, basis)


def _firms(code: str, label: Promise, basis: Promise) -> FactKind:
    """Counts enterprises, each once a month."""
    return FactKind(f"enforcement.{code}", label, _FIRMS, basis, Measure.DISTINCT, "month")


_ONCE = _("Each enterprise once in a month, by the day of the paper.")
FIGURES: tuple[Figure, ...] = (
    Figure(_flow("paper", _("enforcement papers"), _COPIES,
                 _("Each paper issued, by its day and kind; withdrawn ones don’t count.")),
           of=PAPER_KINDS),
    Figure(_flow("violation", _("violations found"), _ITEMS,
                 _("Violations that papers found, each once, by the day of the paper.")),
           adds=("found",)),
    Figure(_flow("violation_rectified", _("violations rectified"), _ITEMS,
                 _("Violations that a recheck found rectified, by the day of the recheck.")),
           adds=("rectified",)),
    Figure(_firms("halted", _("ordered to halt production"), _ONCE), flag="halted"),
    Figure(_flow("suspended", _("licences suspended"), _LICENCES,
                 _("Licences that penalties suspended, by the day of the decision.")),
           adds=("suspended",)),
    Figure(_flow("revoked", _("licences revoked"), _LICENCES,
                 _("Licences that penalties revoked, by the day of the decision.")),
           adds=("revoked",)),
    Figure(_firms("close_proposed", _("proposed for closure"), _ONCE), flag="close"),
    Figure(_firms("closed", _("really closed or banned"),
                  _("Each enterprise once in a month, by the day it was closed; a place that is in "
                    "no register counts by its entry.")),
           of=("closure",)),
    Figure(_firms("fined_unit", _("units punished"),
                  _("Units that a decision fined, warned, halted or took a licence from; each once "
                    "in a month.")),
           flag="punishes_unit"),
    Figure(_flow("fined_head", _("heads of units punished"), _PERSONS,
                 _("Principals who were punished themselves, by the day of the decision.")),
           adds=("heads",)),
    Figure(_flow("fine", _("fines"), _FEN,
                 _("Fines on units and their heads, in fen, by the day of the decision.")),
           adds=("fine", "head_fine")),
    Figure(_firms("joint", _("under joint punishment"), _ONCE), of=("joint",)),
    Figure(_flow("exposed", _("typical cases exposed"), _CASES,
                 _("Cases that were made public, by the day they were.")), of=("exposure",)),
    Figure(_flow("transferred", _("cases transferred to the judiciary"), _CASES,
                 _("Cases transferred, by the day of the transfer.")), of=("transfer",)),
    Figure(_flow("transferred_persons", _("persons transferred to the judiciary"), _PERSONS,
                 _("Persons in the cases transferred, by the day of the transfer.")),
           of=("transfer",), adds=("persons",)),
    Figure(_flow("to_discipline", _("cases transferred to discipline inspection"), _CASES,
                 _("Cases transferred, by the day of the transfer.")), of=("to_discipline",)),
    Figure(_flow("trained", _("persons trained"), _GUESTS,
                 _("Who took part in trainings, by their day; who comes twice counts twice.")),
           of=("training",), adds=("persons",)),
    Figure(_flow("drill", _("emergency drills"), _TIMES, _("Drills held, by their day.")),
           of=("drill",)),
    Figure(_flow("tipoff", _("tip-offs accepted"), _CASES,
                 _("Tip-offs accepted, by the day they were.")), of=("tipoff",)),
    Figure(_flow("rewarded", _("tip-offs rewarded"), _CASES,
                 _("Rewards for tip-offs, by the day they were paid.")), of=("reward",)),
    Figure(_flow("reward", _("rewards for tip-offs"), _FEN,
                 _("Money paid for tip-offs, in fen, by the day it was paid.")),
           of=("reward",), adds=("reward",)),
)  # fmt: skip
PAPERS = FIGURES[0].kind.code
FLOWS = tuple(each for each in FIGURES if each.kind.measure is Measure.FLOW)
#: What counts enterprises (家).
FIRMS = tuple(each for each in FIGURES if each.kind.measure is Measure.DISTINCT)
BY_CODE: Mapping[str, Figure] = {each.kind.code: each for each in FIGURES}
#: Not of an entry but of its payments.
COLLECTED = _flow("collected", _("fines collected"), _FEN,
                  _("What was paid of fines, in fen, by the day of the payment."))  # fmt: skip
KINDS: tuple[FactKind, ...] = (*(each.kind for each in FIGURES), COLLECTED)


def _indicator(kind: FactKind) -> Indicator:
    sort = Distinct if kind.measure is Measure.DISTINCT else Count
    return sort(kind.code, kind.label, kind.code, source=SOURCE)


INDICATORS: tuple[Indicator, ...] = (
    *(_indicator(kind) for kind in KINDS),
    *(
        Count(f"{PAPERS}_{code}", CATALOGUE[code].label, PAPERS, {PAPER: (code,)}, source=SOURCE)
        for code in PAPER_KINDS
    ),
)


# --- posting -------------------------------------------------------------------------------


def labels(row: Entry) -> dict[str, str]:
    return {"sector": row.sector_id} if row.sector_id else {}


def subject(row: Entry) -> str:
    """Whom a figure of enterprises counts; who is in no register stands by its entry alone."""
    return f"enterprise:{row.enterprise_id}" if row.enterprise_id else f"entry:{row.pk}"


def post(rows: Sequence[Entry], *, at: datetime) -> None:
    """Count entries, set-wise: sums by place and day, and one fact for each enterprise."""
    _posted([*_sums(rows, 1), *_subjects(rows), *_inspected(rows)], at)


def _inspected(rows: Sequence[Entry]) -> list[NewFact]:
    """A record of on-site inspection is an inspection, as a sweep's visit is."""
    return [
        fact
        for row in rows
        if row.kind == INSPECTION and row.enterprise_id
        for fact in posting.of_enterprise(
            row.enterprise_id, row.unit_id, row.on, labels(row), row.area_id
        )
    ]


def take_back(rows: Sequence[Entry], *, at: datetime) -> None:
    """Take back exactly what these entries counted."""
    _posted(_sums(rows, -1), at)
    posting.take_back([*_subjects(rows), *_inspected(rows)], at=at)


def post_payment(payment: Payment, entry: Entry, sign: int, *, at: datetime) -> None:
    """A payment counts where its fine does, on its own day."""
    fact = NewFact(COLLECTED.code, labels(entry), entry.area_id, payment.on,
                   sign * payment.amount, unit_id=entry.unit_id)  # fmt: skip
    ledger.post([fact], at=at)


def _posted(facts: Sequence[NewFact], at: datetime) -> None:
    for start in range(0, len(facts), POSTED_AT_ONCE):
        ledger.post(facts[start : start + POSTED_AT_ONCE], at=at)


class _Place(NamedTuple):
    kind: str
    area: int
    sector: str
    paper: str
    unit: int
    on: date


def _sums(rows: Sequence[Entry], sign: int) -> list[NewFact]:
    sums: Counter[_Place] = Counter()
    for row in rows:
        for figure in FLOWS:
            if n := figure.quantity(row):
                code = figure.kind.code
                paper = row.kind if code == PAPERS else ""
                place = _Place(code, row.area_id, row.sector_id or "", paper, row.unit_id, row.on)
                sums[place] += sign * n
    said: dict[tuple[str, str], Mapping[str, str]] = {}
    facts = []
    for place, n in sums.items():
        named = said.setdefault(
            (place.sector, place.paper), {"sector": place.sector, PAPER: place.paper}
        )
        facts.append(NewFact(place.kind, named, place.area, place.on, n, unit_id=place.unit))
    return facts


def _subjects(rows: Sequence[Entry]) -> list[NewFact]:
    said: dict[str | None, dict[str, str]] = {}
    return [
        NewFact(figure.kind.code, said.setdefault(row.sector_id, labels(row)), row.area_id, row.on,
                subject=subject(row), unit_id=row.unit_id)
        for row in rows
        for figure in FIRMS
        if figure.quantity(row)
    ]  # fmt: skip
