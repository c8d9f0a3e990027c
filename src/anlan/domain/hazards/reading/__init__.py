"""What a hazard workbook means: ``propose`` a plan, let a person confirm it, ``parse`` by it.

Pure: no models, no database. Nothing here decides what becomes of a row, only what it says.

What goes where:

    columns, columns.toml   what columns are called, and what stands in them
    dates, amounts          days and money as people write them
    states, nothing         words of progress; words that say nothing was found
    splitting               several hazards in one cell
    periods, preambles      what title, sheet, file and the lines above a table say of its rows

    plan                    plain data: how a workbook is going to be read
    proposing               looks through the workbook and proposes a plan
    assigning               which column is which field, settled between the columns
    judging                 whether a table lists hazards, or what else it is
    turning                 forms and tables that lie on their side, as rows under a header

    parsing                 follows a plan through the workbook
    cells > finding_day > outcome > fields > hazards > fates
                            reads one table's rows, each step built on those before it
    noticed                 rows that repeat another, and rows that are hidden
    rows, messages          what comes out, and its sentences
    keys                    what makes two rows the same hazard
    outgoing                error workbooks and the template
"""

from anlan.domain.hazards.reading.keys import Key, Occurrences, place_key, text_key
from anlan.domain.hazards.reading.outgoing import error_tables, write_errors, write_template
from anlan.domain.hazards.reading.parsing import parse
from anlan.domain.hazards.reading.plan import (
    KINDS,
    LEDGER,
    ColumnPlan,
    Plan,
    SheetPlan,
    TablePlan,
)
from anlan.domain.hazards.reading.proposing import propose
from anlan.domain.hazards.reading.rows import (
    Context,
    Finding,
    IgnoredRow,
    ParsedRow,
    RejectedRow,
    Result,
)

__all__ = [
    "KINDS",
    "LEDGER",
    "ColumnPlan",
    "Context",
    "Finding",
    "IgnoredRow",
    "Key",
    "Occurrences",
    "ParsedRow",
    "Plan",
    "RejectedRow",
    "Result",
    "SheetPlan",
    "TablePlan",
    "error_tables",
    "parse",
    "place_key",
    "propose",
    "text_key",
    "write_errors",
    "write_template",
]
