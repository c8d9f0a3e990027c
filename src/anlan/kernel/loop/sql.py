"""The loop's only raw SQL."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from anlan.base.refusal import MovedOn
from anlan.kernel.loop.models import Case


def save(cases: Sequence[Case], columns: Sequence[str]) -> None:
    """Write changed cases: compare and set on the version before, as one batch.

    Each case's ``version`` is one above the stored one. Raises MovedOn if any was changed by
    somebody else meanwhile; the caller's transaction then undoes them all.
    """
    if not cases:
        return
    fields = {field.attname: field for field in Case._meta.concrete_fields}
    named = ", ".join(f'"{column}" = %s' for column in columns)
    rows = [
        [fields[column].get_db_prep_save(getattr(case, column), connection) for column in columns]
        + [fields["id"].get_db_prep_value(case.pk, connection), case.version - 1]
        for case in cases
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "loop_case" SET {named} WHERE "id" = %s AND "version" = %s',  # noqa: S608
            rows,
        )
        if cursor.rowcount != len(cases):
            raise MovedOn
