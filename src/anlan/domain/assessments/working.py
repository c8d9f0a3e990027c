"""Working out a scheme for a period: who is compared, what the ledger says, everybody's score.

A run keeps all that it rests on beside the ledger: definitions of its indicators, the compared
with their regions, the points that units gave and appeals changed. So it can be worked out again
from its mark, years later, and must come out the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from anlan.domain.assessments import groups, letters, measuring, scoring
from anlan.domain.assessments.compared import Compared, Moved, Target
from anlan.domain.assessments.measuring import Definition, Spans
from anlan.domain.assessments.models import Appeal, Mark, Run, Score
from anlan.domain.assessments.scoring import Figure, Part, Scored, Subject
from anlan.domain.assessments.spec import AGAINST, Item, Spec
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.indicators.arithmetic import rounded
from anlan.kernel.regions.models import Region

#: Points by item, by subject.
Points = Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True)
class Basis:
    """All that a score rests on beside the ledger."""

    spec: Spec
    period: Period
    through: date
    compared: Sequence[Compared]
    definitions: Mapping[str, Definition]
    marks: Points
    fixed: Points

    @property
    def frozen(self) -> dict[str, Any]:
        """As a run keeps it."""
        return {
            "compared": [
                [
                    one.key,
                    one.name,
                    one.level,
                    one.area_id,
                    one.path,
                    one.factors,
                    one.sector,
                    *_undertaken(one),
                ]
                for one in self.compared
            ],
            "moved": {
                one.key: [[m.region, m.name, m.day.isoformat(), m.factor] for m in one.moved]
                for one in self.compared
                if one.moved
            },
            "definitions": dict(self.definitions),
            "marks": _written(self.marks),
            "fixed": _written(self.fixed),
        }


@dataclass(frozen=True)
class Worked:
    basis: Basis
    subjects: list[Subject]
    scored: dict[str, Scored]


def basis_of(
    spec: Spec, area: Region, period: Period, *, at: datetime, scheme: Any = None
) -> Basis:
    """What a scheme rests on today; raises where nobody is compared, or nothing is over yet."""
    through = measuring.through_of(period, timezone.localdate(at))
    return Basis(
        spec, period, through,
        groups.compared(area, spec, through, office=scheme.unit_id if scheme else None),
        measuring.definitions(spec),
        marks_of(scheme, period.code, at) if scheme else {},
        fixed_of(scheme, period.code, at) if scheme else {},
    )  # fmt: skip


def work_out(basis: Basis, *, at: datetime, known_at: datetime | None) -> Worked:
    """One reading of the ledger, and everybody's score.

    known_at: the mark; None reads what is known now, for a trial that nobody keeps.
    """
    subjects = _subjects(basis, at, known_at, measuring.has_coverage())
    return Worked(basis, subjects, scoring.scores(basis.spec, subjects))


def _subjects(
    basis: Basis, at: datetime, known_at: datetime | None, coverage: bool
) -> list[Subject]:
    spec, spans = basis.spec, Spans.of(basis.period, basis.through)
    asked = measuring.asked_of(spec, basis.definitions, spans)
    found = measuring.read(asked, basis.compared, at=at, known_at=known_at, coverage=coverage)
    subjects = []
    for one in basis.compared:
        figures = {}
        for item in spec.items:
            if item.manual:
                given = basis.marks.get(one.key, {}).get(item.code)
                figures[item.code] = Figure(given, None, "" if given is not None else "not_given")
            elif item.indicator in basis.definitions:
                figure = measuring.figure(
                    item, basis.definitions[item.indicator], spans, found, one
                )
                figures[item.code] = _against_letter(figure, item, one, basis.period)
            else:
                figures[item.code] = Figure(why="no_indicator")
        vetoes = {
            veto.code: measuring.veto_count(
                basis.definitions[veto.indicator], spans.named(veto.span), found, one
            )
            for veto in spec.vetoes
            if veto.indicator in basis.definitions
        }
        fixed = basis.fixed.get(one.key, {})
        subjects.append(Subject(one.key, one.level, figures, vetoes, fixed))
    return subjects


def _against_letter(figure: Figure, item: Item, one: Compared, period: Period) -> Figure:
    """A figure beside the number that its side undertook, where the item is about that."""
    if item.measure not in AGAINST:
        return figure
    target = one.target(item.indicator)
    number = letters.due(target, period) if target else None
    if target is None or number is None:
        return replace(figure, why=figure.why or "no_target", against=item.measure)
    against = item.measure
    if against == "miss":
        against = "over" if target.at_most else "under"
    return replace(figure, target=number, against=against)


# --- what units gave and appeals changed ----------------------------------------------------


def marks_of(scheme: Any, period: str, at: datetime) -> dict[str, dict[str, Fraction]]:
    """The latest points that units gave until ``at``."""
    found: dict[str, dict[str, Fraction]] = {}
    rows = Mark.objects.filter(scheme=scheme, period=period, at__lte=at).order_by("at", "pk")
    for subject, item, points in rows.values_list("subject", "item", "points"):
        found.setdefault(subject, {})[item] = Fraction(points)
    return found


def fixed_of(
    scheme: Any, period: str, at: datetime | None = None
) -> dict[str, dict[str, Fraction]]:
    """Points that appeals set, until ``at`` if that is given; of two about one item the later one
    counts."""
    found: dict[str, dict[str, Fraction]] = {}
    rows = Appeal.objects.filter(
        score__run__scheme=scheme, score__run__period=period, upheld=True, points__isnull=False
    ).order_by("answered_at", "pk")
    if at is not None:
        rows = rows.filter(answered_at__lte=at)
    for subject, item, points in rows.values_list("score__subject", "item", "points"):
        found.setdefault(subject, {})[item] = Fraction(points or Decimal(0))
    return found


# --- kept and read again --------------------------------------------------------------------


def _written(points: Points) -> dict[str, dict[str, str]]:
    return {
        subject: {item: str(given) for item, given in sorted(each.items())}
        for subject, each in sorted(points.items())
    }


def _read(points: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Fraction]]:
    return {
        subject: {item: Fraction(given) for item, given in each.items()}
        for subject, each in points.items()
    }


def basis_again(run: Run) -> Basis:
    """What a run rests on, as it was kept."""
    frozen = run.frozen
    moved = moved_of(run)
    compared = [
        replace(
            _undertaking(
                Compared(
                    key, name, level, area, path, tuple((int(a), int(f)) for a, f in factors),
                    sector,
                ),
                more,
            ),
            moved=moved.get(key, ()),
        )
        for key, name, level, area, path, factors, sector, *more in frozen["compared"]
    ]  # fmt: skip
    return Basis(
        run.spec, periods.parse(run.period), run.through, compared, frozen["definitions"],
        _read(frozen["marks"]), _read(frozen["fixed"]),
    )  # fmt: skip


def moved_of(run: Run) -> dict[str, tuple[Moved, ...]]:
    """By key what reforms did to those compared, as a run keeps it."""
    return {
        key: tuple(Moved(region, name, date.fromisoformat(day), n) for region, name, day, n in rows)
        for key, rows in run.frozen.get("moved", {}).items()
    }


def told_moves(run: Run) -> dict[str, list[Moved]]:
    """Those of them that lie within the days that the run looks at, base years among them."""
    moved = moved_of(run)
    if not moved:
        return {}
    spans = Spans.of(run.span, run.through)
    asked = measuring.asked_of(run.spec, run.frozen["definitions"], spans)
    first = min((one.period.start for one in asked), default=run.starts)
    told = {key: [each for each in rows if each.day > first] for key, rows in moved.items()}
    return {key: sorted(rows, key=lambda each: each.day) for key, rows in told.items() if rows}


def _undertaken(one: Compared) -> list[Any]:
    """What a side of a duty letter has beside the others; nothing where it is none."""
    if one.unit is None and not one.targets:
        return []
    targets = [
        [each.indicator, each.at_most, _text(each.mid), _text(each.end)] for each in one.targets
    ]
    return [one.unit, list(one.sectors), targets]


def _undertaking(one: Compared, kept: Sequence[Any]) -> Compared:
    if not kept:
        return one
    unit, sectors, rows = kept
    targets = tuple(
        Target(indicator, at_most, _number(mid), Fraction(end))
        for indicator, at_most, mid, end in rows
    )
    return replace(one, unit=unit, sectors=tuple(sectors), targets=targets)


def score_rows(run: Run, worked: Worked) -> list[Score]:
    """The rows of a run, not written yet."""
    found = []
    for one, subject in zip(worked.basis.compared, worked.subjects, strict=True):
        scored = worked.scored[one.key]
        digits = worked.basis.spec.digits
        found.append(
            Score(
                run=run, subject=one.key, area_id=one.area_id, path=one.path,
                sector_id=one.sector or None, unit_id=one.unit, name=one.name,
                rank=scored.rank, grade=scored.grade,
                total="" if scored.total is None else str(scored.total),
                shown=None if scored.total is None
                else rounded(scored.total, digits),
                vetoed=bool(scored.vetoed), data=_data(scored, subject),
            )
        )  # fmt: skip
    return found


def _data(scored: Scored, subject: Subject) -> dict[str, Any]:
    return {
        "level": subject.level,
        "parts": [_part_written(part) for part in scored.parts],
        "vetoes": dict(subject.vetoes),
        "hit": list(scored.vetoed),
        "unknown": list(scored.unknown),
        "plain": "" if scored.plain is None else str(scored.plain),
        "plain_grade": scored.plain_grade,
    }


def _part_written(part: Part) -> dict[str, Any]:
    figure = part.figure
    return {
        "item": part.item, "n": _text(figure.numerator), "d": _text(figure.denominator),
        "why": figure.why, "form": figure.form, "points": _text(part.points),
        "absent": part.absent, "place": part.place, "adjusted": part.adjusted,
        **({"target": _text(figure.target), "against": figure.against} if figure.against else {}),
    }  # fmt: skip


def _text(number: Fraction | None) -> str:
    return "" if number is None else str(number)


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def _figure_read(data: Mapping[str, Any]) -> Figure:
    return Figure(
        _number(data["n"]), _number(data["d"]), data["why"], data["form"],
        _number(data.get("target", "")), data.get("against", ""),
    )  # fmt: skip


def part_read(data: Mapping[str, Any]) -> Part:
    figure = _figure_read(data)
    return Part(
        data["item"], figure, _number(data["points"]), data["absent"], data["place"],
        data["adjusted"],
    )  # fmt: skip


def subject_read(score: Score) -> Subject:
    """One of those compared with the figures of a run, to be scored again under other ones."""
    parts = [part_read(each) for each in score.data["parts"]]
    fixed = {part.item: part.points for part in parts if part.adjusted and part.points is not None}
    return Subject(
        score.subject, score.data["level"], {part.item: part.figure for part in parts},
        score.data["vetoes"], fixed,
    )  # fmt: skip


def differences(run: Run, *, at: datetime) -> list[str]:
    """Work a run out again from its mark; whose score came out otherwise (nobody's, it must be).

    What was missing when it was made stays missing: who was on the system is no fact of the ledger.
    """
    basis = basis_again(run)
    kept = {score.subject: score for score in run.scores.all()}
    again = [
        Subject(
            one.key, one.level,
            {item: _stays_missing(kept[one.key], item, figure)
             for item, figure in one.figures.items()},
            {code: None if kept[one.key].data["vetoes"].get(code) is None else count
             for code, count in one.vetoes.items()},
            one.fixed,
        )
        for one in _subjects(basis, at, run.known_at, coverage=False) if one.key in kept
    ]  # fmt: skip
    scored = scoring.scores(basis.spec, again)
    by_key = {one.key: one for one in again}
    wrong = [key for key in kept if key not in scored]
    for key, each in scored.items():
        score = kept[key]
        if (
            _data(each, by_key[key]) != score.data
            or each.rank != score.rank
            or each.total != score.exact
            or each.grade != score.grade
        ):
            wrong.append(key)
    return [kept[key].name for key in wrong]


def _stays_missing(score: Score, item: str, figure: Figure) -> Figure:
    part = next(each for each in score.data["parts"] if each["item"] == item)
    if not part["why"]:
        return figure
    return _figure_read(part)
