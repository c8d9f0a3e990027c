"""From workbooks of any layout to accidents of our register: history, nobody owes a report of it.

    plan      which column is what, and how codes and words are classified: data, saved by name
    prepare   keeps the file and proposes a plan by its headings
    try_out   says what taking the rows in would do: the wizard's dry run
    run       takes them in, a transaction per BATCH_ROWS; killed at any moment it resumes
    undo      takes out what nobody has worked on since

The accidents of a chunk, their facts, audit rows, what is to be mended, the counts and the cursor
commit together or not at all, so a repeat of anything changes nothing.
"""

from anlan.domain.accidents.commands import lacks
from anlan.domain.accidents.importing.lines import unpacked
from anlan.domain.accidents.importing.plan import LAYOUTS, Plan, layout_of, layouts
from anlan.domain.accidents.importing.preparing import (
    prepare,
    reset,
    save_mapping,
)
from anlan.domain.accidents.importing.running import run, try_out
from anlan.domain.accidents.importing.undoing import undo

__all__ = (
    "LAYOUTS",
    "Plan",
    "lacks",
    "layout_of",
    "layouts",
    "prepare",
    "reset",
    "run",
    "save_mapping",
    "try_out",
    "undo",
    "unpacked",
)
