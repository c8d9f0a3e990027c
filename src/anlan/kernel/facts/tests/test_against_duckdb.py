"""Our sums against DuckDB's over an export of the ledger, for random questions.

DuckDB gets what lies in the ledger as a file and nothing of ours that adds up: a bare sum over days,
areas and labels. Asked are areas × periods × labels × as known at × then or on today's map; and
again in a process that remembers nothing, after a rebuild of the cells, after more was posted or an
import undone (from what a process carried on), and after regions were merged into others. Held
against DuckDB are all figures, all labels that it knows of, and why a figure has none.
"""

from __future__ import annotations

import csv
import os
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.kernel.calendar import periods
from anlan.kernel.facts import fold as folding
from anlan.kernel.facts import intern, ledger, sql
from anlan.kernel.facts.figures import Query, figures, figures_of
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.ledger import Move, NewFact
from anlan.kernel.facts.models import Fact, Fold
from anlan.kernel.facts.tests.support import START, fold_all, new_kinds, townships
from anlan.kernel.regions.models import Lineage, Region

duckdb = pytest.importorskip("duckdb")

LABELS = ("sector", "grade", "source")
SECTORS, GRADES, SOURCES = ("coal", "fire", "hazchem", ""), ("major", "ordinary", ""), ("own", "")
#: Places that one book merges into others.
MERGED_MAX = 3
FIRST = date(2023, 11, 20)
DAYS = 220


class Book:
    """A ledger with a past: imports, settlements, moves, reports over spans, an undone batch."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.kinds, self.areas = new_kinds(), townships(10)
        self.now, self.moments = START, []
        self.batches: list[Any] = []
        #: Places that went into another, by path: where their facts are on today's map.
        self.merged: dict[str, Region] = {}

    def day(self) -> date:
        return FIRST + timedelta(self.draw.randrange(DAYS))

    def labels(self) -> dict[str, str]:
        draw = self.draw.choice
        found = {"sector": draw(SECTORS), "grade": draw(GRADES), "source": draw(SOURCES)}
        return {name: value for name, value in found.items() if value}

    def act(self, cases: int) -> None:
        """One import with what follows from it, folded or not; the moment may be asked for."""
        batch, facts, made = uuid7(), [], []
        for _n in range(cases):
            case, area, day = uuid7(), self.draw.choice(self.areas).pk, self.day()
            labels = self.labels()
            facts += [
                NewFact(self.kinds.found, labels, area, day, 1, case),
                NewFact(self.kinds.open, labels, area, day, 1, case),
                NewFact(self.kinds.who, {}, area, day, 1, case, f"unit:{self.draw.randrange(9)}"),
            ]
            made.append((case, area, labels, day))
        first = self.day()
        span = NewFact(
            self.kinds.reported,
            self.labels(),
            self.draw.choice(self.areas).pk,
            first,
            self.draw.randrange(1, 90),
            until=first + timedelta(self.draw.randrange(1, 50)),
        )
        with transaction.atomic():
            ledger.post([*facts, span], at=self.now, batch_id=batch)
        self.batches.append(batch)
        gone = made[: len(made) // 3]
        ends = [NewFact(self.kinds.open, labels, area, day + timedelta(9), -1, case)
                for case, area, labels, day in gone]  # fmt: skip
        with transaction.atomic():
            ledger.post([*ends, *ledger.cohort(self.kinds.found, self.kinds.settled,
                                               [case for case, *_rest in gone])], at=self.now)  # fmt: skip
        moved = [Move(case, self.draw.choice(self.areas).pk, {"sector": self.draw.choice(SECTORS)})
                 for case, *_rest in made[-3:]]  # fmt: skip
        with transaction.atomic():
            ledger.move(moved, day=self.day(), at=self.now)
        if self.draw.random() < 0.7:
            fold_all(self.now)
        self.now += timedelta(hours=self.draw.randrange(5, 900))
        self.moments.append(self.now - timedelta(minutes=1))

    def undo(self) -> None:
        batch = self.batches.pop(self.draw.randrange(len(self.batches)))
        with transaction.atomic():
            ledger.reverse(of_batch=batch, at=self.now)
        self.now += timedelta(hours=1)

    def reform(self) -> None:
        """A township goes into one of another county; later reforms may take that one, too."""
        old = self.areas.pop(self.draw.randrange(len(self.areas)))
        new = self.draw.choice([area for area in self.areas if area.parent_id != old.parent_id])
        day = timezone.localdate(self.now)
        Lineage.objects.create(old=old, new=new, kind="merge", day=day, divisible=True)
        Region.objects.filter(pk=old.pk).update(valid_to=day - timedelta(1))
        self.merged = {path: new if home.pk == old.pk else home
                       for path, home in self.merged.items()} | {old.path: new}  # fmt: skip

    def period(self) -> periods.Period:
        day = self.day()
        make = self.draw.choice([
            periods.day, periods.week, periods.ten_days, periods.month, periods.quarter,
            periods.half, periods.year, lambda d: periods.closing_month(d, 25), None,
        ])  # fmt: skip
        return make(day) if make else periods.span(min(day, other := self.day()), max(day, other))

    def area(self) -> int:
        """Any from a township to the nation."""
        area = self.draw.choice(self.areas)
        for _up in range(self.draw.randrange(5)):
            area = Region.objects.get(pk=area.parent_id) if area.parent_id else area
        return area.pk

    def question(self) -> Query:
        """Of one area, or of two that may lie in each other."""
        areas = list(dict.fromkeys(self.area() for _n in range(self.draw.choice((1, 1, 2)))))
        by = self.draw.sample(LABELS, self.draw.randrange(3))
        if self.draw.random() < 0.4:
            by.append("region")
        where = {
            name: [value for value in values if self.draw.random() < 0.6] or [values[0]]
            for name, values in (("sector", SECTORS), ("grade", GRADES))
            if self.draw.random() < 0.3
        }
        then = self.draw.choice(self.moments) if self.draw.random() < 0.5 else None
        # On today's map nothing is asked by region: what moved is no longer at any place itself.
        now = "region" not in by and self.draw.random() < 0.3
        return Query(
            kinds=list(self.kinds), areas=areas, at=self.now, by=by, where=where,
            territory="now" if now else "then",
            periods=list(dict.fromkeys(self.period() for _n in range(self.draw.randrange(1, 4)))),
            as_known_at=then,
        )  # fmt: skip


class Export:
    """The ledger as files in DuckDB."""

    def __init__(self, folder: Path, merged: Mapping[str, Region] | None = None) -> None:
        self.db = duckdb.connect()
        paths = dict(Region.objects.values_list("pk", "path"))
        column = sql.order_column()
        rows = Fact.objects.order_by("pk").values_list(
            column,
            "kind__code",
            "labels__key",
            "area_id",
            "day",
            "until",
            "quantity",
            "pk",
            "reverses_id",
            "subject",
        )
        path = folder / f"facts-{len(list(folder.iterdir()))}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["mark", "kind", *LABELS, "area", "path", "first", "last", "quantity",
                          "pk", "reverses", "subject"])  # fmt: skip
            for mark, kind, key, area, day, until, *rest in rows.iterator():
                labels = intern.labels_of(key)
                out.writerow([mark, kind, *(labels.get(name, "") for name in LABELS), area,
                              paths[area], day, until or day, *rest])  # fmt: skip
        self.db.execute(
            "CREATE TABLE facts AS SELECT * FROM read_csv(?, header=true, all_varchar=false, "
            "types={'mark': 'BIGINT', 'area': 'BIGINT', 'first': 'DATE', 'last': 'DATE', "
            "'quantity': 'BIGINT', 'kind': 'VARCHAR', 'sector': 'VARCHAR', 'grade': 'VARCHAR', "
            "'source': 'VARCHAR', 'path': 'VARCHAR', 'pk': 'BIGINT', 'reverses': 'BIGINT', "
            "'subject': 'VARCHAR'})", [str(path)],
        )  # fmt: skip
        for name in LABELS:
            self.db.execute(f"UPDATE facts SET {name} = '' WHERE {name} IS NULL")
        # Independent of factors: what lay in an old place lies in the one that it went into.
        self.db.execute("CREATE TABLE today AS SELECT * FROM facts")
        for old, home in (merged or {}).items():
            self.db.execute(
                "UPDATE today SET path = ?, area = ? WHERE starts_with(path, ?)",
                [home.path, home.pk, old],
            )

    def subjects(self, kind: str) -> list[tuple[Any, ...]]:
        """Months in which what counts of a distinct measure isn't how many subjects stand."""
        return self.db.execute(
            "SELECT date_trunc('month', first) AS month, SUM(quantity) AS counted, "
            "COUNT(DISTINCT subject) FILTER (reverses IS NULL AND pk NOT IN "
            "(SELECT reverses FROM facts WHERE reverses IS NOT NULL)) AS standing "
            "FROM facts WHERE kind = ? GROUP BY month HAVING counted <> standing", [kind],
        ).fetchall()  # fmt: skip

    def sums(
        self, query: Query, path: str, period: periods.Period, own: int | None
    ) -> dict[str, tuple[Counter[tuple[str, ...]], bool]]:
        """Of each kind, by labels; and whether some entry lies half in the period."""
        names = [name for name in query.by if name in LABELS]
        where, given = ["starts_with(path, ?)"], [path]
        if own is not None:
            where.append("area = ?")
            given.append(own)
        for name, values in query.where.items():
            where.append(f"list_contains(?, {name})")
            given.append(list(values))
        if query.as_known_at is not None:
            # What the last fold until then had taken in.
            marks = [
                f.mark for f in Fold.objects.filter(at__lte=query.as_known_at).order_by("-at")[:1]
            ]
            where.append("mark < ?")
            given.append(marks[0] if marks else 0)
        today = timezone.localdate(query.as_known_at or query.at)
        stocks = [kind for kind in query.kinds if known(kind).measure is Measure.STOCK]
        columns = [
            "kind", *names,
            "SUM(quantity) FILTER (IF(list_contains($stocks, kind), last <= $now, "
            "first >= $low AND last <= $high))",
            # What was taken back stands nowhere, so that nothing of it lies across.
            "SUM(quantity) FILTER ((first < $low OR last > $high) AND last >= $low "
            "AND first <= $high AND NOT list_contains($stocks, kind))",
        ]  # fmt: skip
        table = "today" if query.territory == "now" else "facts"
        named = {f"w{n}": value for n, value in enumerate(given)}
        asked = " AND ".join(where)
        for name in named:
            asked = asked.replace("?", f"${name}", 1)
        rows = self.db.execute(
            f"SELECT {', '.join(columns)} FROM {table} WHERE {asked} "
            f"GROUP BY {', '.join(['kind', *names])}",
            {**named, "stocks": stocks, "low": period.start, "high": period.end,
             "now": min(period.end, today)},
        ).fetchall()  # fmt: skip
        found = {kind: (Counter[tuple[str, ...]](), False) for kind in query.kinds}
        for kind, *labels, total, crossing in rows:
            if kind in found:
                sums, torn = found[kind]
                sums[tuple(labels)] += int(total or 0)
                found[kind] = sums, torn or bool(crossing)
        return found


def compare(query: Query, export: Export) -> int:
    """How many figures were held against DuckDB's."""
    paths = dict(Region.objects.values_list("pk", "path"))
    names = [name for name in query.by if name in LABELS]
    checked, wanted = 0, {}
    told: dict[Any, set[tuple[str, ...]]] = defaultdict(set)
    for cell in figures(query):
        place = (cell.kind, cell.area_id, cell.own, cell.period)
        if place not in wanted:
            asked = (query, paths[cell.area_id], cell.period)
            mine = export.sums(*asked, cell.area_id if cell.own else None)
            # What is an area's own is what is left of the whole, which must be there for it.
            whole = export.sums(*asked, None) if cell.own else mine
            for kind, (sums, _torn) in mine.items():
                why = _why_none(query, kind, cell.period, whole[kind][1])
                wanted[(kind, *place[1:])] = sums, why
        sums, why = wanted[place]
        assert cell.missing == why, (query, cell, why)
        group = tuple(cell.labels[name] for name in names)
        told[place].add(group)
        if not why:
            assert cell.value == sums[group], (query, cell, sums)
            checked += 1
    for place, (sums, why) in wanted.items():
        left_out = {group for group, n in sums.items() if n} - told[place]
        assert why or not left_out, (query, place, left_out)
    if "region" not in query.by:
        every = {(kind, area, False, period) for kind in query.kinds for area in query.areas
                 for period in query.periods}  # fmt: skip
        assert set(wanted) == every or (names and not wanted), (query, every - set(wanted))
    return checked


def _why_none(query: Query, kind: str, period: periods.Period, torn: bool) -> str:
    measure, today = known(kind).measure, timezone.localdate(query.as_known_at or query.at)
    month = periods.month(period.start)
    if measure is Measure.DISTINCT and (period.start, period.end) != (month.start, month.end):
        return "not_divisible"
    if measure is Measure.STOCK:
        return "not_yet" if period.start > today else ""
    return "not_divisible" if torn else ""


def told_again(queries: Sequence[Query]) -> list[Any]:
    return [[(cell.area_id, cell.own, cell.period.code, cell.kind, tuple(cell.labels.items()),
              cell.value, cell.missing) for cell in cells] for cells in figures_of(queries)]  # fmt: skip


def stays(
    book: Book, queries: Sequence[Query], before: Sequence[Any], *, known: bool = False
) -> None:
    """What was asked of areas as they were still has its answer; with ``known``, of a moment."""
    some = [place for place, query in enumerate(queries)
            if query.territory == "then" and (query.as_known_at is not None or not known)]  # fmt: skip
    again = [replace(queries[place], at=book.now) for place in some]
    assert told_again(again) == [before[place] for place in some], "the past was rewritten"


#: Questions to a ledger before more happens to it.
ROUND = 15


def play(seed: int, rounds: int, folder: Path) -> int:
    """A ledger, questions to it, and the same again after what mustn't change an answer."""
    book = Book(seed)
    for _n in range(6):
        book.act(12)
    checked = asked = 0
    earlier: list[Query] = []
    while asked < rounds:
        export = Export(folder, book.merged)
        assert not export.subjects(book.kinds.who)
        queries = [book.question() for _n in range(min(ROUND, rounds - asked))]
        asked += len(queries)
        # Those of before once more, which a process answers from what it carried on.
        again = [replace(query, at=book.now) for query in earlier]
        checked += sum(compare(query, export) for query in [*again, *queries])
        before = told_again(queries)
        # As after a restart: the process remembers nothing.
        intern.forget()
        assert told_again(queries) == before, "a restart changed an answer"
        fold_all(book.now)
        folding.rebuild()
        intern.forget()
        assert told_again(queries) == before, "a rebuild changed an answer"
        # A reform rewrites no past; and what was known stays so, whatever is undone afterwards.
        if len(book.merged) < MERGED_MAX and asked < rounds:
            book.reform()
            stays(book, queries, before)
        book.undo()
        stays(book, queries, before, known=True)
        book.act(8)
        earlier = queries[:3]
    return checked


@pytest.mark.realdb
def test_sixty_random_questions_are_answered_as_duckdb_answers_them(realdb, tmp_path):
    seed = int(os.environ.get("ANLAN_SEED", "20261123"))
    assert play(seed, 60, tmp_path) > 400


@pytest.mark.realdb
@pytest.mark.faults
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_random_questions_are_answered_as_duckdb_answers_them(realdb, tmp_path, seed):
    assert play(1_000 + seed, 100, tmp_path) > 700


@pytest.mark.realdb
def test_after_a_merger_todays_map_is_what_duckdb_says_of_moved_paths(realdb, tmp_path):
    """Two townships of different counties become one: then as they were, now as they are."""
    book = Book(7)
    for _n in range(5):
        book.act(20)
    old = book.areas[0]
    # A report that no month of it has alone: what the place left has its months again.
    half = NewFact(book.kinds.reported, {}, old.pk, date(2024, 1, 20), 9, until=date(2024, 2, 9))
    with transaction.atomic():
        ledger.post([half], at=book.now)
    fold_all(book.now)
    new = next(area for area in reversed(book.areas) if area.parent_id != old.parent_id)
    counties = Region.objects.filter(pk__in=[old.parent_id, new.parent_id])
    months = [periods.month(date(2024, month, 1)) for month in (1, 2, 3)]
    query = Query(kinds=[book.kinds.found, book.kinds.open, book.kinds.reported], periods=months, at=book.now,
                  areas=[old.pk, new.pk, *counties.values_list("pk", flat=True)], by=["grade"])  # fmt: skip
    before = told_again([query])
    Lineage.objects.create(old=old, new=new, kind="merge", day=date(2024, 6, 1), divisible=True)
    Region.objects.filter(pk=old.pk).update(valid_to=date(2024, 5, 31))
    assert told_again([query]) == before, "a merger rewrote the past"
    compare(query, Export(tmp_path))
    export = Export(tmp_path, {old.path: new})
    assert compare(replace(query, territory="now"), export) > 10
