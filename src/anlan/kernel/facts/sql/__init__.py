"""The ledger's raw SQL, for both databases. Everything above it speaks Python.

**Order.** On PostgreSQL a fact carries the number of its transaction plus the cluster's offset
(``facts_tx()``); ``facts_mark()`` is the number below which no transaction is still running, so
that no fact below it can yet appear. On SQLite writers queue, so that the id itself is the order.
A fold sums what lies between two marks; a reader adds what lies above the last one.

**Climbing.** A region's path names its ancestors, so a sum climbs by splitting the path. No table
of ancestors has to be kept right.
"""

from anlan.kernel.facts.sql.adding import (
    Counted,
    Key,
    Row,
    insert,
    intern_kinds,
    intern_labels,
    occurred,
    withdrawn,
)
from anlan.kernel.facts.sql.checking import (
    SHOWN_MAX,
    cells_of_no_fold,
    cohorts_past_their_whole,
    crooked_reversals,
    miscounted_subjects,
    nameless,
    negative_stocks,
    sort_on_disk,
    wrong_cells,
)
from anlan.kernel.facts.sql.clusters import (
    cluster,
    offset_statements,
    oldest_transaction_seconds,
    one_at_a_time,
    set_offset,
)
from anlan.kernel.facts.sql.dialect import (
    month_of,
    month_sql,
    order_column,
    postgresql,
    snapshot,
)
from anlan.kernel.facts.sql.folding import (
    Sums,
    count,
    count_above,
    drop_cells,
    folders_seat,
    mark,
    mark_after,
)
from anlan.kernel.facts.sql.reading import (
    Area,
    Known,
    Part,
    Posted,
    Question,
    Read,
    Whole,
    labelled,
    posted,
    read,
)
from anlan.kernel.facts.sql.subjects import Found, Wanted, subjects

__all__ = [
    "SHOWN_MAX",
    "Area",
    "Counted",
    "Found",
    "Key",
    "Known",
    "Part",
    "Posted",
    "Question",
    "Read",
    "Row",
    "Sums",
    "Wanted",
    "Whole",
    "cells_of_no_fold",
    "cluster",
    "cohorts_past_their_whole",
    "count",
    "count_above",
    "crooked_reversals",
    "drop_cells",
    "folders_seat",
    "insert",
    "intern_kinds",
    "intern_labels",
    "labelled",
    "mark",
    "mark_after",
    "miscounted_subjects",
    "month_of",
    "month_sql",
    "nameless",
    "negative_stocks",
    "occurred",
    "offset_statements",
    "oldest_transaction_seconds",
    "one_at_a_time",
    "order_column",
    "posted",
    "postgresql",
    "read",
    "set_offset",
    "snapshot",
    "sort_on_disk",
    "subjects",
    "withdrawn",
    "wrong_cells",
]  # fmt: skip
