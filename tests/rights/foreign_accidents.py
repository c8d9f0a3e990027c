"""Foreign accidents: with a firm, a sector and a word that nobody else may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.accidents import commands
from anlan.domain.accidents.commands import Figures, NewAccident
from anlan.domain.accidents.models import Word
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_accidents(
    word: str,
    place: Region,
    sector: str,
    enterprise: int,
    unit: Unit,
    *,
    by: Actor,
    at: datetime,
    wide: bool,
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them.

    wide: it lies in another area, so that what has no sector and no firm is foreign, too.
    """
    new = NewAccident(
        pk=uuid7(), title=f"{word}事故", happened_at=at, area=place.pk, sector=sector,
        enterprise=enterprise, enterprise_name=word, figures=Figures(deaths=1), text=word,
        unit=unit.pk,
    )  # fmt: skip
    pk = commands.report(new, by=by, at=at, request_id=uuid7())
    commands.add_person(pk, name=f"{word}某", outcome="dead", by=by, at=at, request_id=uuid7())
    inquiry = commands.open_inquiry(pk, inquiry=uuid7(), by=by, at=at, request_id=uuid7())
    found: dict[str, Any] = {}
    if wide:
        told = Word.objects.create(
            area=place, path=place.path, unit=unit, source="press", day=at.date(),
            text=f"{word}报道", reference=word, made_at=at, made_by="cli",
        )  # fmt: skip
        found = {"accidents:word": told.pk, "accidents:decide_word": told.pk}
    return found | {
        "accidents:page": pk, "accidents:step": pk, "accidents:names": pk,
        "accidents:inquire": pk, "accidents:inquiry": inquiry, "accidents:inquiry_step": inquiry,
    }  # fmt: skip
