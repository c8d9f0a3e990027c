"""What a hazard workbook means: ``propose`` a plan, let a person confirm it, ``parse`` by it.

Pure: no models, no database. Nothing here decides what becomes of a row, only what it says.
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
    propose,
)
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
