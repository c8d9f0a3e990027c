"""The ledger is a count of the register, whatever was reported, moved or struck off, ever."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.domain.accidents.commands import Figures
from anlan.domain.accidents.loop import COUNTED
from anlan.domain.accidents.models import Accident
from anlan.domain.accidents.tests.desk import Desk
from anlan.kernel.calendar import periods
from anlan.kernel.facts import ledger
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
AREAS = ("530102", "530103")
LABELS = ("grade", "scope", "type")
Figure = tuple[str, str, str, str, str]

step = st.one_of(
    st.tuples(st.just("report"), st.sampled_from(AREAS), st.integers(0, 4), st.integers(0, 12)),
    st.tuples(st.just("supplement"), st.integers(0, 9), st.integers(0, 35), st.integers(0, 60),
              st.integers(0, 2), st.sampled_from((0, 99, 1_000_000_000, 10_000_000_000))),
    st.tuples(st.just("late"), st.integers(0, 9), st.integers(1, 3)),
    st.tuples(st.just("scope"), st.integers(0, 9), st.sampled_from(("work", "nonwork", "struck")),
              st.booleans()),
    st.tuples(st.just("attribute"), st.integers(0, 9), st.sampled_from(AREAS)),
    st.tuples(st.just("type"), st.integers(0, 9), st.sampled_from(("1986-08", "1986-18"))),
    st.tuples(st.just("conclude"), st.integers(0, 9)),
    st.tuples(st.just("void"), st.integers(0, 9)),
)  # fmt: skip


def counted() -> Counter[Figure]:
    """By brute force, out of the register's rows alone."""
    found: Counter[Figure] = Counter()
    for row in Accident.objects.select_related("case__area"):
        if row.case.state == "void":
            continue
        numbers = (1, row.deaths, row.serious, row.missing, row.loss_fen)
        for kind, number in zip(COUNTED, numbers, strict=True):
            found[kind.code, row.case.area.code, row.case.grade, row.scope, row.type] += number
    return +found


def told(at: datetime, known_at: datetime | None, day: Any) -> Counter[Figure]:
    areas = {by_code(code).pk: code for code in AREAS}
    cells = figures(
        Query(kinds=[kind.code for kind in COUNTED], areas=list(areas), periods=[periods.year(day)],
              at=at, by=LABELS, as_known_at=known_at)
    )  # fmt: skip
    found: Counter[Figure] = Counter()
    for cell in cells:
        names = tuple(cell.labels[name] for name in LABELS)
        found[(cell.kind, areas[cell.area_id], *names)] += cell.value or 0  # type: ignore[index]
    return +found


def play(desk: Desk, act: tuple[Any, ...], pks: list[Any], at: datetime, first: datetime) -> None:
    name, *rest = act
    if name == "report":
        code, deaths, serious = rest
        pks.append(desk.report("city", at=at, ago=at - first, code=code, deaths=deaths,
                               serious=serious, type="1986-02"))  # fmt: skip
        return
    if not pks:
        return
    pk = pks[rest[0] % len(pks)]
    row = desk.row(pk)
    same = {"serious": row.serious, "light": row.light, "missing": row.missing,
            "loss_fen": row.loss_fen}  # fmt: skip
    total = row.deaths + row.deaths_late
    if name == "supplement":
        names = ("deaths", "serious", "missing", "loss_fen")
        numbers = {**same, **dict(zip(names, rest[1:], strict=True))}
        desk.do("city", "supplement", pk, at, figures=Figures(**numbers), text="核实",
                died_on=row.day)  # fmt: skip
    elif name == "late":
        figures = Figures(**{**same, "deaths": total + rest[1]})
        died = row.last_counted_day + timedelta(days=1)
        desk.do("city", "supplement", pk, at, figures=figures, died_on=died, text="医治无效")
    elif name == "scope":
        desk.do("city", "ask_scope", pk, at, scope=rest[1], reason="经认定")
        desk.do("mayor", "decide_scope", pk, at, granted=rest[2], answer="复核")
    elif name == "attribute":
        desk.do("city", "attribute", pk, at, area=by_code(rest[1]).pk, reason="归属地认定")
    elif name == "type":
        desk.do("city", "correct", pk, at, fields={"type": rest[1]}, reason="现场勘查")
    elif name == "conclude":
        figures = Figures(**{**same, "deaths": total})
        desk.do("city", "conclude", pk, at, figures=figures, text="结论", on=timezone.localdate(at))
    else:
        desk.do("city", "void", pk, at, reason="重复")


# On PostgreSQL nothing is known of a transaction that is open, as a test's is all the time.
@pytest.mark.sqlite
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(step, min_size=1, max_size=10))
def test_the_ledger_is_the_register_as_it_was_known_at_any_moment(desk: Desk, steps: Any) -> None:
    # In one edition of types and one year, whatever today is. The register stays as the examples
    # before left it, so the clock only ever goes on.
    first = datetime(2026, 1, 5, 8, tzinfo=timezone.get_default_timezone())
    at = desk.clock or first + timedelta(days=40)
    pks: list[Any] = []
    seen = []
    for act in [("report", "530102", 1, 0), *steps]:
        at += timedelta(hours=7)
        play(desk, act, pks, at, first)
        ledger.fold(at, force=True)
        seen.append((at, counted()))
    desk.clock = at
    assert told(at, None, first.date()) == seen[-1][1]
    for moment, register in seen:
        assert told(at, moment, first.date()) == register, moment
    desk.check()
