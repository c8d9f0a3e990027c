"""What is thrown away of an import once its time is over: the workbook, and its rows to mend."""

from __future__ import annotations

from anlan.domain.accidents.models import Batch
from anlan.kernel.papers.clearing import Clearing


def _forget(batch: Batch) -> None:
    batch.leftovers.all().delete()
    # Codes of its columns are words of its rows.
    Batch.objects.filter(pk=batch.pk).update(tried={}, cursor={})


_CLEARING = Clearing(Batch, "accident_batch", _forget)
clear_taken_in, clear_taken_out = _CLEARING.taken_in, _CLEARING.taken_out
