"""From workbooks to cases: every source row becomes a sighting, a rejection or is ignored.

    prepare   keeps the files, reads them and proposes what each column means
    try_out   says what taking the rows in would do
    run       takes them in, a transaction per BATCH_ROWS; killed at any moment it resumes
    undo      withdraws a batch's sightings; cases that nobody else tells of are taken out

The rows of a chunk, their cases, events, facts, audit rows, counts and the cursor commit
together or not at all, so a repeat of anything changes nothing (F01, I2, I5).
"""

from anlan.domain.hazards.importing.preparing import prepare, remember_columns
from anlan.domain.hazards.importing.refusals import BatchRunning, NothingReadable
from anlan.domain.hazards.importing.rows import Counts, Progress
from anlan.domain.hazards.importing.running import run
from anlan.domain.hazards.importing.trying import try_out
from anlan.domain.hazards.importing.undoing import undo

__all__ = (
    "BatchRunning",
    "Counts",
    "NothingReadable",
    "Progress",
    "prepare",
    "remember_columns",
    "run",
    "try_out",
    "undo",
)
