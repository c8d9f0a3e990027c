"""A foreign office's import of enterprises, and the mapping that it saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.domain.enterprises.models import Batch, BatchFile, Line, Mapping
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_enterprises(word: str, place: Region, unit: Unit, at: datetime) -> dict[str, Any]:
    """Numbers by the names of the pages that open them."""
    made = {"unit": unit, "made_at": at, "made_by": word}
    batch = Batch.objects.create(area=place, source=word, **made)
    BatchFile.objects.create(batch=batch, name=f"{word}.csv", digest="0", stored="none", size=1)
    Line.objects.create(batch=batch, sheet=word, row=2, outcome="refused", name=word,
                        reasons={"zh-hans": word, "en": word})  # fmt: skip
    mapping = Mapping.objects.create(name=word, **made)
    pages = ("batch", "batch_plan", "batch_run", "batch_undo", "batch_cancel", "batch_progress",
             "batch_mend")  # fmt: skip
    return {f"enterprises:{page}": batch.pk for page in pages} | {
        "enterprises:forget_mapping": mapping.pk
    }
