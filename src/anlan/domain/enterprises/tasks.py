"""What outlives a request: trying, taking in and undoing a workbook of enterprises."""

from __future__ import annotations

from anlan.domain.enterprises import importing
from anlan.domain.enterprises.models import Batch
from anlan.kernel.papers import batch_tasks

#: What the progress bar says of each.
WORKING = batch_tasks.declare("enterprises", Batch, importing)
