"""Foreign rows of problem lists and measures: what was proposed, listed, told and made of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.lists import commands
from anlan.domain.lists.models import Activity, DeclaredFigure, Item, LibraryCase, ListKind
from anlan.domain.lists.presets import SIX_AND_ONE
from anlan.domain.measures import commands as measures
from anlan.domain.measures.models import MakingPlan, Practice
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_lists(
    word: str, hazard: UUID, place: Region, sector: str, enterprise: int, unit: Unit, *,
    by: Actor, at: datetime, wide: bool,
) -> dict[str, Any]:  # fmt: skip
    """Numbers by the names of the pages that open them, for these take several kinds.

    wide: it lies in another area, so that what has no sector and no firm is foreign, too.
    """
    # One kind for all: what a list asks is no secret of the place where something is listed.
    kind = ListKind.objects.first() or commands.make_kind(
        {**SIX_AND_ONE, "name": "问题清单", "sides": ["专家"]}, by=by, at=at, unit=unit
    )
    promotion = commands.propose(
        hazard, kind=kind.pk, reason=f"{word}典型", by=by, at=at, request_id=uuid7()
    )
    entry = commands.Entry(
        pk=uuid7(), kind=kind.pk, title=f"{word}问题", description=f"{word}多发", area=place.pk,
        origin="media", origin_text=word, sector=sector, enterprise=enterprise,
    )  # fmt: skip
    item = commands.enter(entry, by=by, at=at, request_id=uuid7())
    found: dict[str, Any] = {
        "lists:item": item, "lists:step": item, "lists:shelve": item,
        "lists:promotion": promotion, "lists:of_hazard": hazard, "lists:promote": hazard,
    }  # fmt: skip
    new = measures.NewMeasure(
        pk=uuid7(), kind="rule", title=f"{word}办法", area=place.pk, sectors=(sector,), problem=word,
        lead=unit.pk, due_on=at.date() + timedelta(days=30),
    )  # fmt: skip
    measure = measures.enter(new, by=by, at=at, request_id=uuid7())
    found |= {
        "measures:page": measure, "measures:step": measure, "measures:of_item": item,
        "measures:of_hazard": hazard,
    }  # fmt: skip
    if wide:
        practice = Practice.objects.create(
            area=place, path=place.path, unit=unit, title=f"{word}做法", text=word, made_at=at,
            made_by="cli",
        ).pk  # fmt: skip
        found |= {
            "measures:practice": practice, "measures:edit_practice": practice,
            "measures:withdraw_practice": practice, "measures:review_practice": practice,
            "measures:take_up_practice": practice,
        }  # fmt: skip
        plan = MakingPlan.objects.create(
            area=place, path=place.path, unit=unit, year=2024, title=f"{word}计划", made_at=at,
            made_by="cli",
        ).pk  # fmt: skip
        found |= {f"measures:{name}": plan for name in ("plan", "plan_out", "plan_step")}
        told = LibraryCase.objects.create(
            item=Item.objects.get(pk=item), area=place, path=place.path, unit=unit, made_at=at,
            title=f"{word}案例", happened=word, cause=word, remedy=word, made_by="cli",
        )  # fmt: skip
        figure = DeclaredFigure.objects.create(
            area=place, path=place.path, unit=unit, kind="hazard.found", start=date(2024, 1, 1),
            end=date(2024, 6, 30), text=f"5{word}", value=5, at_least=False, rounding=1,
            source=word, made_at=at, made_by="cli",
        )  # fmt: skip
        found |= {
            "lists:library_case": told.pk, "lists:withdraw_case": told.pk,
            "lists:withdraw_stated": figure.pk, "lists:no_change": unit.pk,
        }  # fmt: skip
        activity = Activity.objects.create(
            area=place, path=place.path, unit=unit, name=f"{word}业态", text=word, near=word,
            made_at=at, made_by="cli",
        ).pk  # fmt: skip
        names = ("activity", "edit_activity", "activity_step")
        found |= {f"lists:{name}": activity for name in names}
    return found
