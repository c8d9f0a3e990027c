"""One cell divided by another, and money: exact until it is shown, and never averaged."""

from __future__ import annotations

import json
from fractions import Fraction
from io import BytesIO
from math import floor
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.ids import uuid7
from anlan.domain.filings import checking, rollup
from anlan.domain.filings.checking import NA, OVER_ZERO, work_out, written
from anlan.domain.filings.refusals import CellsWrong
from anlan.domain.filings.terms import Broken, Cell, Column, Definition, Row, Rule, Section, check
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.regions.queries import by_code

#: A kind that is counted in fen.
LOSS = "accident.loss"


def sheet(digits: int) -> Definition:
    cells = {"a": Cell("declared", item=1), "b": Cell("declared", item=2),
             "q": Cell("quotient", of=("r.a",), whole="r.b", digits=digits)}  # fmt: skip
    columns = tuple(Column(key, key) for key in cells)
    return Definition("", (Section("s1", "表", "", columns, (Row("r", "行", "", "", cells),)),))


def divided(part: Any, by: Any, places: tuple[int, int, int]) -> Any:
    digits = dict(zip(("r.a", "r.b", "r.q"), places, strict=True))
    return work_out(sheet(places[2]), {"r.a": part, "r.b": by}, digits)["r.q"]


@given(st.integers(0, 10**13), st.integers(1, 10**9), st.tuples(*[st.integers(0, 6)] * 3))
def test_a_quotient_is_the_exact_one_rounded_half_up_once(
    part: int, by: int, places: tuple[int, int, int]
) -> None:
    exact = Fraction(part, 10 ** places[0]) / Fraction(by, 10 ** places[1])
    half_up = floor(exact * 10 ** places[2] + Fraction(1, 2))
    assert divided(part, by, places) == half_up


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 99)), min_size=1, max_size=8),
    st.integers(0, 6),
)
def test_sums_are_divided_and_quotients_are_never_averaged(
    units: list[tuple[int, int]], digits: int
) -> None:
    part, by = (sum(column) for column in zip(*units, strict=True))
    found = divided(part, by, (6, 0, digits))
    if by == 0:
        assert found == OVER_ZERO
        return
    assert abs(Fraction(found, 10**digits) - Fraction(part, by * 10**6)) <= Fraction(
        1, 2 * 10**digits
    )


def test_what_is_divided_by_zero_is_told_as_a_dash_and_what_is_missing_stays_missing() -> None:
    places = (6, 0, 2)
    assert divided(5, 0, places) == divided(0, 0, places) == OVER_ZERO
    assert written(OVER_ZERO, 2) == "—"
    assert divided(None, 3, places) is divided(3, None, places) is None
    assert divided(NA, 3, places) == divided(3, NA, places) == NA
    assert divided(OVER_ZERO, 3, places) == OVER_ZERO
    assert divided({"low": 1, "high": 2}, 3, places) is None, "of bounds nothing is divided"


@given(st.integers(0, 10**15))
def test_fen_are_told_in_ten_thousand_yuan_whole_and_without_zeros_at_the_end(fen: int) -> None:
    text = written(fen, 6)
    assert Fraction(text.replace(",", "")) == Fraction(fen, 10**6)
    assert "." not in text or text[-1] != "0"
    assert not text.endswith(".")


def test_a_form_says_both_cells_of_a_quotient() -> None:
    check(sheet(6))
    for cell in (Cell("quotient", of=("r.a",)), Cell("quotient", whole="r.b"),
                 Cell("quotient", of=("r.a",), whole="r.b", digits=7),
                 Cell("quotient", of=("r.q",), whole="r.b")):  # fmt: skip
        section = sheet(2).sections[0]
        cells = {**section.rows[0].cells, "q": cell}
        rows = (Row("r", "行", "", "", cells),)
        with pytest.raises(Broken):
            check(Definition("", (Section("s1", "表", "", section.columns, rows),)))


# --- in forms that are filed ----------------------------------------------------------------


def lost(desk: Any, code: str, fen: int) -> None:
    with transaction.atomic():
        fact = NewFact(LOSS, {}, by_code(code).pk, desk.month.start, fen)
        ledger.post([fact], at=timezone.now())


def money(desk: Any, **more: Any) -> Any:
    cells = {
        "r1.m": Cell("derived", counts=LOSS, digits=6), "r2.m": Cell("declared", item=desk.item("家")),
        "r3.m": Cell("quotient", of=("r1.m",), whole="r2.m", digits=2),
        "r4.m": Cell("sum", of=("r1.m", "r1.m")),
    }  # fmt: skip
    return desk.form(cells, **more)


@pytest.mark.django_db
def test_money_stays_whole_on_the_page_the_paper_the_api_and_in_the_sum(desk: Any) -> None:
    import openpyxl

    form = money(desk)
    lost(desk, "530102", 1_234_567)
    lost(desk, "530103", 5_000_000)
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    desk.submit(mine, r2="3")
    desk.submit(other, "stranger", r2="0")
    page = desk.text("office", "filings:page", mine.pk)
    assert ">1.234567<" in page
    assert "2.469134" in page, "added up before it is shown"
    assert ">0.41<" in page
    assert ">5<" in desk.text("stranger", "filings:page", other.pk)
    book = desk.get("stranger", "filings:sheet", other.pk)
    rows = [[str(cell.value) for cell in row]
            for row in openpyxl.load_workbook(BytesIO(book.content)).active.iter_rows()]  # fmt: skip
    said = {row[0]: row[3] for row in rows if len(row) > 3}
    assert said["r1"].startswith("5（")
    assert said["r3"].startswith("—（")
    total = rollup.table(form, desk.month.code, desk.cast.actor("city"), timezone.now()).totals
    assert total["r1.m"].text == "6.234567"
    # 6.234567 万元 of three, and not the mean of 0.41 and nothing.
    assert total["r3.m"].text == "2.08"
    sums = desk.text("city", "filings:rollup", form.pk, desk.month.code)
    assert "6.234567" in sums
    export = desk.get("city", "filings:export", form.pk, desk.month.code)
    text = json.dumps([[str(cell.value) for cell in row] for row in openpyxl.load_workbook(
        BytesIO(export.content)).active.iter_rows()], ensure_ascii=False)  # fmt: skip
    assert "6.234567" in text
    assert "—" in text


@pytest.mark.django_db
def test_programs_read_fen_and_that_nothing_is_divided_by_zero(desk: Any) -> None:
    form = money(desk)
    lost(desk, "530103", 5_000_000)
    other = desk.of(form, "elsewhere")
    desk.submit(other, "stranger", r2="0")
    answer = desk.browser("stranger").get(f"/api/v1/filings/{other.pk}").json()
    found = {one["key"]: one for one in answer["cells"]}
    assert (found["r1.m"]["value"], found["r1.m"]["digits"]) == (5_000_000, 6)
    assert found["r3.m"]["value"] is None
    assert (found["r3.m"]["not_applicable"], found["r3.m"]["missing"]) == (True, "over_zero")


@pytest.mark.django_db
def test_a_rule_compares_money_exactly(desk: Any) -> None:
    rule = Rule("k1", "le", ("r1.m",), ("r2.m",), severity="error", text="不大于")
    form = money(desk, rules=(rule,))
    lost(desk, "530102", 3_000_001)
    mine = desk.of(form)
    with pytest.raises(CellsWrong):
        desk.submit(mine, r2="3")
    desk.submit(mine, r2="4")
    assert desk.standing(mine).derived["r1.m"] == 3_000_001


@pytest.mark.django_db
def test_only_money_is_shown_in_another_unit(desk: Any) -> None:
    for counts, digits in (("hazard.found", 6), (LOSS, 3)):
        form = desk.form({"r1.m": Cell("derived", counts=counts, digits=digits)}, issued=False)
        answer = desk.post("city", "filings:act", form.pk, "issue")
        assert answer.status_code == 422
        assert "money" in answer.content.decode()


@pytest.mark.django_db
def test_a_quotient_and_money_are_drawn_on_the_page(desk: Any) -> None:
    cells = {"r1.m": Cell("derived", counts=LOSS), "r2.m": Cell("declared", item=desk.item("家")),
             "r3.m": Cell("text")}  # fmt: skip
    form = desk.form(cells, issued=False)

    def put(key: str, **data: Any) -> int:
        seen = form.versions.get().seq
        answer = desk.post("city", "filings:design", form.pk, op="cell", key=key, seen=seen,
                           request_id=uuid7(), **data)  # fmt: skip
        return int(answer.status_code)

    assert put("r1.m", mode="derived", counts=LOSS, shown="6") == 302
    assert put("r3.m", mode="quotient", share="r1.m", whole="r2.m", digits="0") == 302
    drawn = Definition.of(form.versions.get().definition).by_key()
    assert drawn["r1.m"].cell.digits == 6
    assert drawn["r3.m"].cell == Cell("quotient", of=("r1.m",), whole="r2.m", digits=0)
    page = desk.text("city", "filings:design", form.pk, query="?part=cell:r3.m")
    assert "÷" in page
    address = reverse("filings:version", args=[form.pk, 1])
    assert "÷" in desk.browser("city").get(address).content.decode()
    assert checking.work_out(
        Definition.of(form.versions.get().definition), {"r1.m": 10**6, "r2.m": 2},
        {"r1.m": 6, "r2.m": 0, "r3.m": 0},
    )["r3.m"] == 1, "half of one is rounded up"  # fmt: skip
