"""Foreign accidents: with a firm, a sector and a word that nobody else may read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.accidents import commands
from anlan.domain.accidents.commands import Figures, NewAccident, NewFollowUp
from anlan.domain.accidents.models import (
    Batch,
    BatchFile,
    ControlTarget,
    FollowUp,
    Leftover,
    Mapping,
    OutputFigure,
    RaisingRules,
    RestartTerms,
    Word,
)
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
    told = NewFollowUp(kind="lesson", text=f"{word}举一反三", names=(unit.name,), source=word)
    commands.follow_up(pk, told, by=by, at=at, request_id=uuid7())
    follow = FollowUp.objects.get(accident=pk).pk
    found: dict[str, Any] = {
        "accidents:followup": follow, "accidents:answer_followup": follow,
        "accidents:judge_followup": follow, "accidents:withdraw_followup": follow,
        "accidents:of_accident": pk,
    }  # fmt: skip
    found |= _imports(word, place, unit, at)
    if wide:
        told = Word.objects.create(
            area=place, path=place.path, unit=unit, source="press", day=at.date(),
            text=f"{word}报道", reference=word, made_at=at, made_by="cli",
        )  # fmt: skip
        found |= {"accidents:word": told.pk, "accidents:decide_word": told.pk}
        found |= _figures(word, place, unit, at)
    return found | {
        "accidents:page": pk, "accidents:step": pk, "accidents:names": pk,
        "accidents:inquire": pk, "accidents:inquiry": inquiry, "accidents:inquiry_step": inquiry,
    }  # fmt: skip


def _imports(word: str, place: Region, unit: Unit, at: datetime) -> dict[str, Any]:
    """A register that a unit sent, and how it is read."""
    made = {"unit": unit, "made_at": at, "made_by": word}
    batch = Batch.objects.create(area=place, source=word, **made)
    BatchFile.objects.create(batch=batch, name=f"{word}.csv", digest="0", stored="none", size=1)
    Leftover.objects.create(batch=batch, sheet=word, row=2, reasons={"zh-hans": word, "en": word})
    mapping = Mapping.objects.create(name=word, **made)
    pages = ("batch", "batch_plan", "batch_run", "batch_undo", "batch_cancel", "batch_progress",
             "batch_mend")  # fmt: skip
    return {f"accidents:{page}": batch.pk for page in pages} | {
        "accidents:forget_mapping": mapping.pk
    }


def _figures(word: str, place: Region, unit: Unit, at: datetime) -> dict[str, Any]:
    """What an area is held to, and what it states of itself."""
    whose = {"area": place, "path": place.path, "unit": unit, "source": word, "made_at": at,
             "made_by": word}  # fmt: skip
    target = ControlTarget.objects.create(
        key=uuid7(), version=1, words=f"{word}目标", indicator="accident.count", kind="value",
        aim=5, first_year=at.year, last_year=at.year, **whose,
    )  # fmt: skip
    output = OutputFigure.objects.create(
        kind="output.gdp", period="2024", start=date(2024, 1, 1), end=date(2024, 12, 31), value=1,
        **whose,
    )  # fmt: skip
    RestartTerms.objects.create(version=1, items=[f"{word}条件"], **whose)
    RaisingRules.objects.create(version=1, rules=[{"words": f"{word}提级", "deaths": 1}], **whose)
    return {
        "accidents:control": target.pk, "accidents:change_control": target.pk,
        "accidents:end_control": target.pk, "accidents:output": output.pk,
        "accidents:withdraw_output": output.pk,
    }  # fmt: skip
