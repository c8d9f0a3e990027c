"""Foreign checks from afar: a plan, whom it drew, and what was seen, that nobody else may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from anlan.domain.inspections.models import Look, Pick, RemoteDraw, RemotePlan, Violation
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_remote(
    word: str, hazard: UUID, place: Region, unit: Unit, at: datetime, enterprise: int
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them."""
    plan = RemotePlan.objects.create(
        name=word, way="video", area=place, path=place.path, kinds=["enterprise"], unit=unit,
        every="month", wanted=1, made_at=at, made_by=word,
    )  # fmt: skip
    draw = RemoteDraw.objects.create(
        plan=plan, period="2024-06", start=at.date(), seed=word, wanted=1, frame=[enterprise],
        size=1, digest="0" * 64, made_at=at, made_by=word,
    )  # fmt: skip
    pick = Pick.objects.create(
        draw=draw, place=1, enterprise_id=enterprise, area=place, path=place.path, way="video",
        drawn_on=at.date(), state="found", told_at=at, told_by=word, answer=word,
    )  # fmt: skip
    look = Look.objects.create(
        pick=pick, on=at.date(), looker=word, unit=unit, entered_at=at, what=word, since=at,
        until=at, outcome="found", note=word,
    )  # fmt: skip
    Violation.objects.create(look=look, place=1, kind="operation", hazard_id=hazard)
    return {
        "remote:plan": plan.pk, "remote:end": plan.pk, "remote:frame": draw.pk,
        **{f"remote:{name}": pick.pk for name in ("one", "look", "tell", "receive", "withdraw")},
    }  # fmt: skip
