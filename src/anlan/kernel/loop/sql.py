"""The loop's only raw SQL."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from anlan.base import bulk
from anlan.base.refusal import MovedOn
from anlan.kernel.loop.models import Case


def save(cases: Sequence[Case], columns: Sequence[str]) -> None:
    """Write changed cases: compare and set on the version before, as one batch.

    Each case's ``version`` is one above the stored one. Raises MovedOn if any was changed by
    somebody else meanwhile; the caller's transaction then undoes them all.
    """
    if not cases:
        return
    named = ", ".join(f'"{column}" = %s' for column in columns)
    values = bulk.values_of(Case, cases, (*columns, "id"))
    rows = [[*row, case.version - 1] for row, case in zip(values, cases, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "loop_case" SET {named} WHERE "id" = %s AND "version" = %s',  # noqa: S608
            rows,
        )
        if cursor.rowcount != len(cases):
            raise MovedOn
