"""Our sums against DuckDB's over an export of the ledger, for random questions.

DuckDB gets what lies in the ledger as a file and nothing of ours that adds up: a bare sum over days,
areas and labels. Asked are area × period × labels × as known at; and again after a rebuild of the
cells, after an import was undone and after a region was merged into another.
"""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from collections.abc import Sequence
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
FIRST = date(2023, 11, 20)
DAYS = 220


class Book:
    """A ledger with a past: imports, settlements, moves, reports over spans, an undone batch."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.kinds, self.areas = new_kinds(), townships(10)
        self.now, self.moments = START, []
        self.batches: list[Any] = []

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

    def period(self) -> periods.Period:
        day = self.day()
        make = self.draw.choice([
            periods.day, periods.week, periods.ten_days, periods.month, periods.quarter,
            periods.half, periods.year, lambda d: periods.closing_month(d, 25), None,
        ])  # fmt: skip
        return make(day) if make else periods.span(min(day, other := self.day()), max(day, other))

    def question(self) -> Query:
        """Of any area from a township to the nation."""
        area = self.draw.choice(self.areas)
        for _up in range(self.draw.randrange(5)):
            area = Region.objects.get(pk=area.parent_id) if area.parent_id else area
        by = self.draw.sample(LABELS, self.draw.randrange(3))
        if self.draw.random() < 0.4:
            by.append("region")
        where = {
            name: [value for value in values if self.draw.random() < 0.6] or [values[0]]
            for name, values in (("sector", SECTORS), ("grade", GRADES))
            if self.draw.random() < 0.3
        }
        then = self.draw.choice(self.moments) if self.draw.random() < 0.5 else None
        return Query(
            kinds=list(self.kinds), areas=[area.pk], at=self.now, by=by, where=where,
            periods=list(dict.fromkeys(self.period() for _n in range(self.draw.randrange(1, 4)))),
            as_known_at=then,
        )  # fmt: skip


class Export:
    """The ledger as files in DuckDB."""

    def __init__(self, folder: Path) -> None:
        self.db = duckdb.connect()
        paths = dict(Region.objects.values_list("pk", "path"))
        column = sql.order_column()
        rows = Fact.objects.order_by("pk").values_list(
            column, "kind__code", "labels__key", "area_id", "day", "until", "quantity"
        )
        path = folder / f"facts-{len(list(folder.iterdir()))}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["mark", "kind", *LABELS, "area", "path", "first", "last", "quantity"])
            for mark, kind, key, area, day, until, quantity in rows.iterator():
                labels = intern.labels_of(key)
                out.writerow([mark, kind, *(labels.get(name, "") for name in LABELS), area,
                              paths[area], day, until or day, quantity])  # fmt: skip
        self.db.execute(
            "CREATE TABLE facts AS SELECT * FROM read_csv(?, header=true, all_varchar=false, "
            "types={'mark': 'BIGINT', 'area': 'BIGINT', 'first': 'DATE', 'last': 'DATE', "
            "'quantity': 'BIGINT', 'kind': 'VARCHAR', 'sector': 'VARCHAR', 'grade': 'VARCHAR', "
            "'source': 'VARCHAR', 'path': 'VARCHAR'})", [str(path)],
        )  # fmt: skip
        for name in LABELS:
            self.db.execute(f"UPDATE facts SET {name} = '' WHERE {name} IS NULL")

    def sums(
        self, query: Query, kind: str, path: str, period: periods.Period, own: int | None
    ) -> tuple[Counter[tuple[str, ...]], bool]:
        """By labels; and whether some entry lies half in the period."""
        names = [name for name in query.by if name in LABELS]
        where, given = ["kind = ?", "starts_with(path, ?)"], [kind, path]
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
        stock = known(kind).measure is Measure.STOCK
        low = date.min if stock else period.start
        high = min(period.end, today) if stock else period.end
        columns = [
            *names, "SUM(quantity) FILTER (first >= ? AND last <= ?)",
            "COUNT(*) FILTER ((first < ? OR last > ?) AND last >= ? AND first <= ?)",
        ]  # fmt: skip
        question = f"SELECT {', '.join(columns)} FROM facts WHERE {' AND '.join(where)}"
        if names:
            question += f" GROUP BY {', '.join(names)}"
        bounds = [low, high, low, high, low, high]
        found = self.db.execute(question, [*bounds, *given]).fetchall()
        sums: Counter[tuple[str, ...]] = Counter()
        torn = False
        for *labels, total, crossing in found:
            sums[tuple(labels)] += int(total or 0)
            torn |= bool(crossing) and not stock
        return sums, torn


def compare(query: Query, export: Export) -> int:
    """How many figures were held against DuckDB's."""
    paths = dict(Region.objects.values_list("pk", "path"))
    names = [name for name in query.by if name in LABELS]
    checked, wanted = 0, {}
    for cell in figures(query):
        place = (cell.kind, cell.area_id, cell.own, cell.period)
        if place not in wanted:
            wanted[place] = export.sums(
                query, cell.kind, paths[cell.area_id], cell.period,
                cell.area_id if cell.own else None,
            )  # fmt: skip
        sums, torn = wanted[place]
        if cell.missing:
            fits = cell.missing == "not_yet" or torn or _is_distinct(cell.kind)
            assert fits, (query, cell)
            continue
        group = tuple(cell.labels[name] for name in names)
        assert cell.value == sums[group], (query, cell, sums)
        checked += 1
    return checked


def _is_distinct(kind: str) -> bool:
    return known(kind).measure is Measure.DISTINCT


def told_again(queries: Sequence[Query]) -> list[Any]:
    return [[(cell.area_id, cell.own, cell.period.code, cell.kind, tuple(cell.labels.items()),
              cell.value, cell.missing) for cell in cells] for cells in figures_of(queries)]  # fmt: skip


def play(seed: int, rounds: int, folder: Path) -> int:
    """A ledger, questions to it, and the same again after what mustn't change an answer."""
    book = Book(seed)
    for _n in range(6):
        book.act(12)
    checked = asked = 0
    while asked < rounds:
        export = Export(folder)
        queries = [book.question() for _n in range(min(10, rounds - asked))]
        asked += len(queries)
        checked += sum(compare(query, export) for query in queries)
        before = told_again(queries)
        fold_all(book.now)
        folding.rebuild()
        intern.forget()
        assert told_again(queries) == before, "a rebuild changed an answer"
        # What was known stays known, whatever is undone afterwards.
        past = [query for query in queries if query.as_known_at is not None]
        known_before = told_again(past)
        book.undo()
        assert told_again([replace(query, at=book.now) for query in past]) == known_before
        book.act(8)
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
    fold_all(book.now)
    old = book.areas[0]
    new = next(area for area in reversed(book.areas) if area.parent_id != old.parent_id)
    counties = Region.objects.filter(pk__in=[old.parent_id, new.parent_id])
    months = [periods.month(date(2024, month, 1)) for month in (1, 2, 3)]
    query = Query(kinds=[book.kinds.found, book.kinds.open], periods=months, at=book.now,
                  areas=[old.pk, new.pk, *counties.values_list("pk", flat=True)], by=["grade"])  # fmt: skip
    before = told_again([query])
    Lineage.objects.create(old=old, new=new, kind="merge", day=date(2024, 6, 1), divisible=True)
    Region.objects.filter(pk=old.pk).update(valid_to=date(2024, 5, 31))
    assert told_again([query]) == before, "a merger rewrote the past"
    compare(query, Export(tmp_path))
    export = Export(tmp_path)
    # Independent of factors: what lay in the old place lies in the new one.
    export.db.execute(
        "UPDATE facts SET path = ?, area = ? WHERE starts_with(path, ?)",
        [new.path, new.pk, old.path],
    )
    now = replace(query, territory="now")
    paths, checked = dict(Region.objects.values_list("pk", "path")), 0
    for cell in figures(now):
        sums, _torn = export.sums(now, cell.kind, paths[cell.area_id], cell.period, None)
        assert cell.value == sums[(cell.labels["grade"],)], cell
        checked += bool(cell.value)
    assert checked > 10
