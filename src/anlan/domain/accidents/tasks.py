"""What outlives a request: trying, taking in and undoing a register."""

from __future__ import annotations

from anlan.domain.accidents import importing
from anlan.domain.accidents.models import Batch
from anlan.kernel.papers import batch_tasks

#: What the progress bar says of each.
WORKING = batch_tasks.declare("accidents", Batch, importing)
