"""``./anlan check`` compares every cell with its facts: whichever is bent, at whatever level."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from anlan.base.ids import uuid7
from anlan.kernel.facts import ledger
from anlan.kernel.facts.fold import rebuild
from anlan.kernel.facts.invariants import CELLS, invariants
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Detail
from anlan.kernel.facts.sql.dialect import DAY_LEVELS, MONTH_LEVELS
from anlan.kernel.facts.tests.support import fold_all, new_kinds, townships
from anlan.kernel.regions.models import Level, Region

pytestmark = pytest.mark.realdb

AT = datetime(2024, 6, 30, 4, tzinfo=UTC)
LATER = datetime(2024, 8, 2, 4, tzinfo=UTC)
LEVELS = {"month": MONTH_LEVELS, "day": DAY_LEVELS}
#: Each kind of cell that there is: its table, its labels, the level of its area.
CELL_KINDS = [
    (when, detail, level)
    for when, levels in LEVELS.items()
    for detail, lowest in levels.items()
    for level in Level
    if level <= lowest
]


@pytest.fixture
def folded(realdb: object) -> None:
    """Facts at townships, at a county and at the province, learnt in two months."""
    kinds, towns = new_kinds(), townships(4)
    county = Region.objects.get(code="530102")
    province = Region.objects.get(code="530000")
    for at, days in ((AT, (date(2024, 5, 2), date(2024, 6, 9))), (LATER, (date(2024, 5, 2),))):
        facts = [
            NewFact(kinds.found, {"grade": grade, "sector": sector}, area.pk, day, 1, uuid7())
            for area in (*towns, county, province)
            for grade in ("major", "ordinary")
            for sector in ("coal", "fire")
            for day in days
        ]
        with transaction.atomic():
            ledger.post(facts, at=at)
        fold_all(at)


def broken() -> list[str]:
    return [name for name, ok, _checked, _detail in invariants(LATER) if not ok]


def change(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def test_cells_of_two_months_that_were_learnt_hold(folded: None) -> None:
    assert broken() == []
    rebuild()
    assert broken() == []


def test_F28_a_cell_bent_at_any_level_and_detail_is_found(folded: None) -> None:
    for when, detail, level in CELL_KINDS:
        table = f"facts_{when}cell"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT c.kind_id, c.area_id, c.{when}, c.labels_id, c.learnt FROM {table} c"
                " JOIN regions_region r ON r.id = c.area_id"
                " WHERE c.detail = %s AND r.level = %s AND c.quantity <> 0"
                f" ORDER BY c.kind_id, c.area_id, c.{when}, c.labels_id, c.learnt LIMIT 1",
                [detail.value, int(level)],
            )
            row = cursor.fetchone()
        what = (when, detail.name, level.name)
        assert row, f"no cell of {what} to bend"
        of_it = f"kind_id = %s AND area_id = %s AND {when} = %s AND labels_id = %s AND learnt = %s"
        of_it += f" AND detail = {detail.value}"
        assert change(f"UPDATE {table} SET quantity = quantity + 1 WHERE {of_it}", *row)
        assert broken() == [CELLS], what
        change(f"UPDATE {table} SET quantity = quantity - 1 WHERE {of_it}", *row)
    assert broken() == []


def test_F28_a_cell_that_is_gone_or_was_added_is_found(folded: None) -> None:
    for when in LEVELS:
        table = f"facts_{when}cell"
        assert change(f"INSERT INTO {table} (kind_id, area_id, detail, {when}, labels_id, learnt,"
                      f" quantity) SELECT DISTINCT kind_id, area_id, detail, {when}, labels_id, 209901,"
                      f" 0 FROM {table} WHERE detail = {Detail.NONE.value}")  # fmt: skip
        assert broken() == [], "nothing is nothing, whenever it was learnt"
        change(f"UPDATE {table} SET quantity = 5 WHERE learnt = 209901")
        assert broken() == [CELLS], "no fold was made in that month"
        change(f"DELETE FROM {table} WHERE learnt = 209901")
        change(f"DELETE FROM {table} WHERE detail = {Detail.SECTOR.value}")
        assert broken() == [CELLS], when
        rebuild()
        assert broken() == []
