"""A foreign document that is being confirmed: its words are another unit's alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.domain.campaigns.models import Intake
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region

#: The pages that open one.
PAGES = (
    "intake", "progress", "decide", "aside", "plan", "corrections", "figures", "figure_decide",
)  # fmt: skip


def plant_intake(word: str, place: Region, unit: Unit, at: datetime) -> dict[str, Any]:
    clause = {
        "start": 0, "end": len(word), "path": "1.", "no": 1, "section": word, "title": word,
        "title_hans": word, "deadlines": [], "units": [], "basis": [], "sectors": [], "targets": [],
    }  # fmt: skip
    row = Intake.objects.create(
        area=place, path=place.path, unit=unit, status=Intake.Status.READ, name=f"{word}.txt",
        reading={"text": word, "tasks": [clause]}, made_at=at, made_by=word,
    )  # fmt: skip
    names = ("campaigns:intake", *(f"campaigns:intake_{name}" for name in PAGES[1:]))
    return dict.fromkeys([*names, "campaigns:figures_withdraw"], row.pk)
