"""Drawing a large form in few steps, and what a changed form compares with what was filed."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from anlan.domain.filings import figuring
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Filing, Item, Version
from anlan.domain.filings.refusals import CellsWrong
from anlan.domain.filings.terms import Cell, Definition, Rule, check

pytestmark = pytest.mark.django_db


def test_a_form_of_forty_rows_and_twelve_columns_is_drawn_column_by_column(desk: Any) -> None:
    form = desk.form({"r1.m": Cell("declared", item=desk.item("检查"))}, issued=False)

    def send(op: str, **data: Any) -> int:
        seq = Version.objects.get(form=form).seq
        return int(
            desk.post("city", "filings:design", form.pk, op=op, seen=seq, section="s1", **data)
            .status_code
        )  # fmt: skip

    # A name of its own commas: what was copied from a sheet is divided by tabs alone.
    lines = "\n".join(f"检查企业{n}，其中重点\t家" for n in range(2, 41))
    assert send("rows", lines=lines) == 302
    for n in range(11):
        assert send("column", label=f"第{n}列") == 302
    for n in range(1, 10):
        assert send("fill", key=f"c{n}", mode="declared") == 302
    assert send("fill", key="m", mode="declared") == 302
    assert send("fill", key="c10", mode="sum", columns=["c1", "c2", "c3"]) == 302
    assert send("fill", key="c11", mode="percent", columns=["c1", "c2"]) == 302
    assert send("fill", key="c11", mode="percent") == 422
    assert send("fill", key="c99", mode="declared") == 404
    definition = Definition.of(Version.objects.get(form=form).definition)
    check(definition)
    assert len(definition.by_key()) == 40 * 12
    first = definition.sections[0].rows[0]
    assert first.cells["m"].item == desk.item("检查"), "what is declared already keeps its item"
    assert first.cells["c10"].of == ("r1.c1", "r1.c2", "r1.c3")
    assert (first.cells["c11"].of, first.cells["c11"].whole) == (("r1.c1",), "r1.c2")
    assert Item.objects.filter(name="检查企业2，其中重点（第0列）", measure="家").exists()


def test_a_changed_form_compares_what_it_asks_with_the_same_of_before(desk: Any) -> None:
    """Rows are dropped and drawn anew: a key that comes again stands for something else."""
    grows = (Rule("k1", "change", ("r2.m",), percent=100, severity="warning"),
             Rule("k2", "change", ("r1.m",), percent=100, severity="warning"))  # fmt: skip
    form = desk.form(rules=grows, starts_on=desk.month.previous().start)
    desk.submit(desk.of(form, code=desk.month.previous().code), r1="5", r2="10")
    cells = {"r1.m": Cell("declared", item=desk.item("检查")),
             "r2.m": Cell("declared", item=desk.item("宣传"))}  # fmt: skip
    newer = Version.objects.create(
        form=form, number=2, status=Version.Status.ISSUED, since=desk.month.start,
        definition=desk.definition(cells, grows).data(), issued_at=timezone.now(),
    )  # fmt: skip
    mine = desk.of(form)
    Filing.objects.filter(pk=mine.pk).update(asked=newer)
    mine = desk.of(form)
    assert figuring.previous(Asked.of(mine)) == {"r1.m": 5, "r2.m": None}
    with pytest.raises(CellsWrong) as refused:
        desk.submit(mine, r1="50", r2="1000")
    assert [one["cell"] for one in refused.value.data["cells"]] == ["reason:k2:r1.m"]
    desk.submit(mine, r1="6", r2="1000")
