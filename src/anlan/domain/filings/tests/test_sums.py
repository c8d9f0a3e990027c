"""Sums of forms are sums of the ledger, whatever is nil, missing, n/a, returned or corrected."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anlan.domain.filings import checking, commands, rollup
from anlan.domain.filings.checking import work_out
from anlan.domain.filings.loop import BESIDE
from anlan.domain.filings.models import Declared, Filing
from anlan.domain.filings.refusals import FilingIncomplete
from anlan.domain.filings.terms import Cell, Column, Definition, Row, Section
from anlan.domain.filings.who import Group
from anlan.kernel.accounts.models import Unit
from anlan.kernel.facts import fold
from anlan.kernel.facts.figures import Query, figures

UNITS = ("office", "elsewhere", "third", "fourth")
cell = st.one_of(st.integers(0, 500).map(str), st.just("NA"))
act = st.tuples(
    st.sampled_from(UNITS),
    st.one_of(
        st.tuples(st.just("submit"), cell, cell), st.just(("nil",)), st.just(("back",)),
        st.just(("receive",)), st.tuples(st.just("correct"), cell, cell), st.just(("exempt",)),
    ),
)  # fmt: skip


@pytest.mark.django_db
@given(acts=st.lists(act, min_size=4, max_size=12))
@example(acts=[("office", ("submit", "1", "0")), ("office", ("back",)), ("office", ("nil",))])
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
def test_the_roll_up_is_the_ledger_and_what_stands(desk: Any, acts: list[Any]) -> None:
    """After any row of acts: the roll-up, the ledger and what stands declared say the same."""
    _units(desk)
    form = desk.form(title=f"表{timezone.now().timestamp()}")
    rows = {unit: desk.of(form, unit) for unit in UNITS}
    for unit, (what, *values) in acts:
        _do(desk, rows[unit], what, values)
    expected: Counter[str] = Counter()
    standing = missing = not_applicable = 0
    for unit in UNITS:
        entry = desk.standing(rows[unit])
        void = desk.state(rows[unit]) == "void"
        if entry is None:
            missing += not void
            not_applicable += void
            continue
        for key, value in entry.values.items():
            if isinstance(value, int):
                expected[key] += value
        standing += isinstance(entry.values["r1.m"], int)
        not_applicable += entry.values["r1.m"] == "na"
    found = rollup.table(form, desk.month.code, desk.cast.actor("city"), timezone.now())
    for key in ("r1.m", "r2.m"):
        total = found.totals[key].value
        assert (total or 0) == expected[key]
        assert total is None or found.totals[key].stated, "no number of nobody"
    one = found.totals["r1.m"]
    assert (one.stated, one.not_applicable) == (standing, not_applicable) or not one.stated
    assert one.absent in (missing, 0)
    query = Query(kinds=["filing.figure"], areas=[form.area_id], periods=[desk.month],
                  at=timezone.now(), by=("item",))  # fmt: skip
    before = {c.labels["item"]: c.value for c in figures(query) if c.value}
    assert sum(v or 0 for v in before.values()) == sum(expected.values())
    fold.fold(timezone.now(), force=True)
    assert {c.labels["item"]: c.value for c in figures(query) if c.value} == before
    assert {r.value for r in Declared.objects.filter(stands=True, value__lt=0)} == set()
    desk.check()
    # The next example begins with the same units and items.
    for row in rows.values():
        if desk.standing(row) is not None:
            commands.send_back(row.pk, reason="下一轮", **_root())


def _units(desk: Any) -> None:
    for key, area in (("third", "530111"), ("fourth", "530112")):
        if key not in desk.cast.units:
            desk.cast.unit(key, f"{area}安委办", "committee_office", area)
    Unit.objects.filter(kind="committee_office", area__level=3).update(
        parent=desk.cast.units["city"]
    )


def _root() -> dict[str, Any]:
    from anlan.base.ids import uuid7
    from anlan.domain.hazards.tests.stage import ROOT

    return {"by": ROOT, "at": timezone.now(), "request_id": uuid7()}


def _do(desk: Any, row: Filing, what: str, values: list[str]) -> None:
    """Take the act where the filing's state takes it; else it must be refused."""
    state = desk.state(row)
    given = dict(zip(("r1.m", "r2.m"), values, strict=False))
    if what == "submit" and state == "assigned":
        commands.submit(row.pk, values=given, **_root())
    elif what == "nil" and state == "assigned":
        row.refresh_from_db(fields=["draft"])
        if any(said not in ("", "0") for said in row.draft.get("values", {}).values()):
            # What was sent back stands as a draft again; nil doesn't pass over it.
            with pytest.raises(FilingIncomplete):
                commands.file_nil(row.pk, **_root())
        else:
            commands.file_nil(row.pk, **_root())
    elif what == "back" and state in ("verified", "closed"):
        commands.send_back(row.pk, reason="核对", **_root())
    elif what == "receive" and state == "verified":
        commands.receive([row.pk], **_root())
    elif what == "exempt" and state in ("assigned", "verified"):
        commands.exempt(row.pk, reason="不适用", **_root())
    elif what == "correct" and state == "closed":
        entry = desk.standing(row)
        now = {k: (int(v) if v != "NA" else "na") for k, v in given.items()}
        if entry.values != now:
            commands.ask_correction(row.pk, values=given, reason="更正", **_root())
            commands.decide_correction(row.pk, grant=len(values[0]) % 2 == 1, reason="定",
                                       **_root())  # fmt: skip


numbers = st.one_of(st.none(), st.just("na"), st.integers(0, 10**6))


@given(st.lists(numbers, min_size=1, max_size=6), st.lists(numbers, max_size=3))
def test_a_sum_with_a_missing_part_is_missing_and_what_does_not_apply_is_left_out(
    plus: list[Any], minus: list[Any]
) -> None:
    values = {f"a{n}.m": v for n, v in enumerate(plus)} | {
        f"b{n}.m": v for n, v in enumerate(minus)
    }
    rows = [Row(key.split(".")[0], key, "", "", {"m": Cell("declared", item=n)})
            for n, key in enumerate(values, 1)]  # fmt: skip
    total = Cell("sum", of=tuple(k for k in values if k[0] == "a"),
                 minus=tuple(k for k in values if k[0] == "b"))  # fmt: skip
    rows.append(Row("t", "t", "", "", {"m": total}))
    definition = Definition("", (Section("s", "s", "", (Column("m", "m"),), tuple(rows)),))
    found = work_out(definition, values, dict.fromkeys([*values, "t.m"], 0))["t.m"]
    given_ones = [v for v in values.values() if isinstance(v, int)]
    if None in values.values():
        assert found is None
    elif not given_ones:
        assert found == "na"
    else:
        assert found == sum(v for v in plus if isinstance(v, int)) - sum(
            v for v in minus if isinstance(v, int)
        )


@given(st.integers(0, 10**9), st.integers(0, 4))
def test_what_is_written_is_read_back(value: int, digits: int) -> None:
    from anlan.domain.filings import entering

    assert entering.number(entering.text_of(value, digits), digits) == value
    assert entering.number(checking.written(value, digits), digits) == value


@pytest.mark.django_db
def test_the_other_line_stands_beside_and_is_never_added(desk: Any) -> None:
    form = desk.form(groups=(Group("committee_office", 3), Group("department", 3, "应急")))
    desk.submit(desk.of(form), r1="10", r2="2")
    desk.submit(desk.of(form, "emergency"), "emergency", r1="13", r2="2")
    assert desk.sums() == {"检查": 10, "处罚": 2}
    assert desk.sums(BESIDE.code) == {"检查": 13, "处罚": 2}
    rows = {one.key: one for one in
            rollup.beside(form, desk.month.code, desk.cast.actor("city"), timezone.now())}  # fmt: skip
    assert (rows["r1.m"].main, rows["r1.m"].other, rows["r1.m"].difference) == (10, 13, 3)
    assert rows["r2.m"].difference == 0
    page = desk.text("city", "filings:beside", form.pk, desk.month.code)
    assert "五华区应急管理局" in page
    assert "+3" in page
    table = desk.text("city", "filings:rollup", form.pk, desk.month.code)
    assert ">10</a>" in table
    assert "五华区应急管理局" not in table
    desk.check()


@pytest.mark.django_db
def test_the_same_visit_listed_by_two_units_counts_once_and_says_for_whom(desk: Any) -> None:
    cells = {"r1.m": Cell("listed", item=desk.item("联合检查", "家次"))}
    form = desk.form(cells)
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    day = desk.month.end.isoformat()
    same = [day, "昆明模拟化工（有限公司）", "罐区检查"]
    desk.submit(mine, lists={"r1.m": [same, [day, "五华木业", "消防"]]})
    desk.submit(other, "stranger", lists={"r1.m": [
        [day, "昆明模拟化工(有限公司)", "罐区 检查"], [day, "盘龙木业", ""],
    ]})  # fmt: skip
    assert desk.sums() == {"联合检查": 3}
    assert desk.sums("filing.visit") == {"联合检查": 3}
    page = desk.text("stranger", "filings:page", other.pk)
    assert "五华区安委办" in page, "the page says which one won"
    assert "昆明模拟化工" in desk.text("city", "filings:beside", form.pk, desk.month.code)
    desk.check()
    # What won is sent back: the other one counts now.
    commands.send_back(mine.pk, reason="重列", **desk.call("city"))
    assert desk.sums() == {"联合检查": 2} == desk.sums("filing.visit")
    desk.check()
    desk.submit(mine, lists={"r1.m": [same]})
    assert desk.sums() == {"联合检查": 2}, "now it is this one that was there second"
    desk.check()


@pytest.mark.django_db
def test_a_unit_that_is_not_on_the_system_declares_and_never_both(desk: Any, stage: Any) -> None:
    from anlan.domain.filings.refusals import CountedTwice

    stage().do(desk.month.start, "inspector", "find")
    cells = {"r1.m": Cell("derived", counts="hazard.found", instead=desk.item("手报隐患", "项"))}
    form = desk.form(cells)
    for unit in ("office", "elsewhere"):
        commands.let_declare(
            form.pk, unit=desk.cast.units[unit].pk, since=desk.month.start, reason="系统未通",
            **desk.call("city"),
        )  # fmt: skip
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    assert mine.declares
    assert other.declares
    desk.submit(other, "stranger", r1="9")
    with pytest.raises(CountedTwice, match=r"台账|ledger"):
        desk.submit(mine, r1="4")
    assert desk.sums() == {"手报隐患": 9}
    found = rollup.table(form, desk.month.code, desk.cast.actor("city"), timezone.now())
    assert found.totals["r1.m"].value == 10, "what the ledger has, and what the other declares"
    commands.end_declaring(form.pk, unit=desk.cast.units["office"].pk,
                           until=desk.month.start, **desk.call("city"))  # fmt: skip
    mine.refresh_from_db()
    assert not mine.declares
    desk.submit(mine)
    assert desk.standing(mine).derived == {"r1.m": 1}
    desk.check()


@pytest.fixture
def mixed(desk: Any) -> Any:
    """Three months of one form: a unit declared the first two, and is on the system since."""
    cells = {
        "r1.m": Cell("derived", counts="hazard.found", instead=desk.item("手报隐患", "项")),
        "r1.y": Cell("cumulative", of=("r1.m",)),
    }
    last = desk.month
    while last.start.month < len("一二三"):
        # All three lie in one year.
        last = last.previous()
    first = last.previous().previous()
    form = desk.form(cells, issued=False, starts_on=first.start)
    units = (desk.cast.units["office"].pk, desk.cast.units["elsewhere"].pk)
    commands.let_declare(form.pk, unit=units[0], since=first.start, reason="系统未通",
                         **desk.call("city"))  # fmt: skip
    commands.issue(form.pk, **desk.call("city"))
    months = (first, first.next(), last)
    commands.end_declaring(form.pk, unit=units[0], until=months[1].end, **desk.call("city"))
    return form, months


@pytest.mark.django_db
def test_a_year_to_date_adds_declared_and_derived_months_each_once(
    desk: Any, stage: Any, mixed: Any
) -> None:
    form, months = mixed
    rows = [desk.of(form, code=one.code) for one in months]
    assert [row.declares for row in rows] == [True, True, False]
    for n in range(3):
        stage().do(months[2].start, "inspector", "find")
        desk.submit(rows[n], **({"r1": str(4 + n)} if n < 2 else {}))
    entry = desk.standing(rows[2])
    assert entry.derived == {"r1.m": 3, "r1.y": 3 + 4 + 5, "r1.y#declared": 9}
    page = desk.text("office", "filings:page", rows[2].pk)
    assert ">12<" in page
    assert "9" in page.split("sheet-parts")[1][:80], "says what of it was declared"
    found = rollup.table(form, months[2].code, desk.cast.actor("city"), timezone.now())
    total = found.totals["r1.y"]
    assert (total.value, total.ledger, total.declared, total.doubles) == (12, "3", "9", [])
    assert found.totals["r1.m"].value == 3
    desk.check()


@pytest.mark.django_db
def test_cases_that_come_after_what_was_declared_are_shown_and_not_added(
    desk: Any, stage: Any, mixed: Any
) -> None:
    form, months = mixed
    mine, other = (desk.of(form, unit, months[1].code) for unit in ("office", "elsewhere"))
    desk.submit(mine, r1="4")
    desk.submit(other, "stranger")
    stage().do(months[1].start, "inspector", "find")
    stage().do(months[1].end, "inspector", "find")
    by, at = desk.cast.actor("city"), timezone.now()
    total = rollup.table(form, months[1].code, by, at).totals["r1.m"]
    assert (total.value, total.ledger, total.declared, total.doubled) == (4, "0", "4", "2")
    [double] = total.doubles
    assert (double.filing.pk, double.declared, double.ledger) == (mine.pk, 4, 2)
    year = rollup.table(form, months[2].code, by, at).totals["r1.y"]
    assert (year.value, year.doubled) == (4, "2")
    assert "sheet-double" in desk.text("city", "filings:page", mine.pk)
    assert "sheet-double" in desk.text("city", "filings:rollup", form.pk, months[1].code)
    # The one who wants it decides: sent back, and the unit takes what the ledger counts.
    commands.send_back(mine.pk, reason="以台账为准", **desk.call("city"))
    assert rollup.table(form, months[1].code, by, at).totals["r1.m"].value == 2
    desk.check()
