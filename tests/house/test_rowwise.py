"""The row-wise import that ours is measured against leaves what ours leaves, table by table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from benchmarks import _rowwise, importing
from django.db import connection
from django.utils import timezone

pytestmark = pytest.mark.django_db

ROWS = 60
#: One row a batch or a new name, however many hazards; SQLite's index keeps tables of its own.
ASIDE = (
    "hazards_batch", "hazards_batchfile", "hazards_leftover", "facts_kind", "facts_labelset",
    "facts_labelvalue", "hazards_search_",
)  # fmt: skip


def counted() -> Counter[str]:
    with connection.cursor() as cursor:
        found: Counter[str] = Counter()
        for table in connection.introspection.table_names(cursor):
            if table in ASIDE or table.startswith(ASIDE[-1]):
                continue
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
        return found


def test_a_row_at_a_time_leaves_as_many_rows_of_each_table_as_our_import(tmp_path: Path) -> None:
    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing as ours
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.regions.queries import by_code

    root = Actor(None, "test", trusted=True)
    at = timezone.now()
    unit = accounts.create_unit(
        importing.UNIT, "五华区安委办", "committee_office", by_code(importing.AREA), by=root, at=at
    )
    importing.write(tmp_path / "register.xlsx", ROWS)
    batch, _left = ours.prepare(
        [("register.xlsx", tmp_path / "register.xlsx")], unit=unit, by=root, at=at
    )
    before = counted()
    assert ours.run(batch.pk, by=root).created == ROWS
    by_us = counted() - before
    before = counted()
    assert _rowwise.seconds_per_row(ROWS, importing.UNIT) > 0
    a_row_at_a_time = counted() - before
    assert a_row_at_a_time == by_us
    assert by_us["facts_fact"] >= 6 * ROWS, by_us
