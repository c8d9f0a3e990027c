"""What is thrown away of an import once its time is over: the workbook, and what its rows said."""

from __future__ import annotations

from anlan.domain.enterprises.models import Batch
from anlan.kernel.papers.clearing import Clearing


def _forget(batch: Batch) -> None:
    batch.lines.all().delete()
    Batch.objects.filter(pk=batch.pk).update(plan={}, tried={}, cursor={})


_CLEARING = Clearing(Batch, "enterprise_batch", _forget)
clear_taken_in, clear_taken_out = _CLEARING.taken_in, _CLEARING.taken_out
