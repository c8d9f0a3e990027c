"""From a bureau's workbook to entries of the register, each row accounted for.

    prepare   keeps the file, finds its tables and proposes what each column is
    try_out   says of each row what taking it in would do: the wizard's dry run
    run       takes the rows in, a transaction per BATCH_ROWS; killed at any moment it resumes
    undo      takes back what a batch told of entries that nobody has worked with since

The entries of a chunk, their audit, what became of each row, the counts and the cursor commit
together or not at all, so a repeat of anything changes nothing.
"""

from anlan.domain.enterprises.importing.plan import Plan
from anlan.domain.enterprises.importing.preparing import edited, prepare, reset, save_mapping
from anlan.domain.enterprises.importing.running import run, try_out
from anlan.domain.enterprises.importing.undoing import undo

__all__ = ("Plan", "edited", "prepare", "reset", "run", "save_mapping", "try_out", "undo")
