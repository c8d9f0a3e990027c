"""Foreign views and draws: a name and a seed that nobody else may read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from anlan.domain.statistics.models import Draw, Drawn, View
from anlan.kernel.accounts.models import Unit, User
from anlan.kernel.regions.models import Region


def plant_statistics(
    word: str, hazard: UUID, place: Region, unit: Unit, at: datetime
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them."""
    owner = User.objects.create(username=f"owner-{place.pk}", name="视图主人", password="!")
    view = View.objects.create(owner=owner, name=word, query=f"area={place.code}", made_at=at)
    draw = Draw.objects.create(
        area=place, path=place.path, unit=unit, start=date(2024, 1, 1), end=date(2024, 6, 30),
        seed=word, wanted=1, frame=1, digest="0" * 64, made_at=at, made_by=word,
    )  # fmt: skip
    Drawn.objects.create(draw=draw, place=1, hazard_id=hazard)
    return {
        "statistics:saved": view.pk, "statistics:act": view.pk, "statistics:draw": draw.pk,
    }  # fmt: skip
