"""Keeping a workbook of enterprises, and proposing what its columns are."""

from __future__ import annotations

from collections.abc import Mapping as Names
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.text import plain
from anlan.domain.enterprises.importing.columns import FIELDS
from anlan.domain.enterprises.importing.plan import REQUIRED, Plan, propose
from anlan.domain.enterprises.models import Batch, BatchFile, Mapping
from anlan.domain.enterprises.refusals import ColumnsUnclear
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.papers import batches, mappings
from anlan.kernel.papers.batches import BatchBusy
from anlan.kernel.papers.sheets import read_workbook
from anlan.kernel.regions.models import Region

ROOM = "enterprise-imports"


def prepare(
    file: tuple[str, Path], *, unit: Unit, area: Region | None, by: Actor, at: datetime,
    source: str = "", mapping: Names[str, str] | None = None,
) -> Batch:  # fmt: skip
    """Keep a workbook and propose how it is read.

    file:     (name as sent, path).
    area:     of rows that name none; the unit's own where nobody says.
    source:   the name of a saved mapping; "" is the one that knows most of its headings.
    mapping:  where it is of none that is saved, itself: heading to field.

    Raises a Refusal that says why the file can't be read.
    """
    name, path = file
    saved = {each: dict(plan) for each, plan in mappings.of_unit(Mapping, unit).items()}
    with read_workbook(path, name) as book:
        if mapping is not None:
            plan = propose(book, mapping, source)
        elif source:
            plan = propose(book, saved[source], source)
        else:
            plan, source = _best(book, saved)
    kept, digest = batches.keep(path, name, room=ROOM)
    with transaction.atomic(durable=True):
        batch = Batch.objects.create(
            unit=unit, area=area or unit.area, made_at=at, made_by=by.name, user_id=by.user_id,
            plan=plan.to_json(), source=source,
        )  # fmt: skip
        BatchFile.objects.create(
            batch=batch, name=name[:255], digest=digest, stored=batches.stored_as(kept),
            size=kept.stat().st_size,
        )  # fmt: skip
        entry = trail.Entry("enterprises.import", "enterprise_batch", str(batch.pk),
                            after={"file": name[:255], "mapping": source})  # fmt: skip
        trail.record([entry], by=by, at=at)
    return batch


def _best(book: Any, saved: Names[str, Names[str, str]]) -> tuple[Plan, str]:
    """By the saved mapping that knows most of its headings; without one by words and values."""
    plan = propose(book, {}, "")
    heads = {plain(one.heading) for table in plan.tables for one in table.columns}
    hits = {name: len(heads & set(map(plain, mapping))) for name, mapping in saved.items()}
    best = max(hits, key=lambda name: hits[name], default="")
    if best and hits[best] * 2 > len(saved[best]):
        return propose(book, saved[best], best), best
    return plan, ""


def edited(plan: Plan, given: Names[str, str]) -> Plan:
    """The plan as the page sends it back. Raises ColumnsUnclear with what must be mended."""
    for n, table in enumerate(plan.tables):
        if f"t{n}-here" not in given:
            continue
        table.included = f"t{n}-in" in given
        for column in table.columns:
            said = given.get(f"t{n}c{column.index}", column.field)
            if said != column.field and (not said or said in FIELDS):
                column.field, column.why = said, []
        if table.included:
            _check(table.name, [one.field for one in table.columns])
    if not any(table.included for table in plan.tables):
        raise ColumnsUnclear(reason=_("Tick at least one table to be read."))
    plan.renames = bool(given.get("renames"))
    return plan


def _check(sheet: str, fields: list[str]) -> None:
    if REQUIRED not in fields:
        raise ColumnsUnclear(
            reason=_("Sheet “%(sheet)s”: say which column is the name, or leave the table out.")
            % {"sheet": sheet}
        )
    twice = next((name for name in FIELDS if fields.count(name) > 1), None)
    if twice:
        raise ColumnsUnclear(
            reason=_("Sheet “%(sheet)s”: two columns are called “%(name)s”; leave it to one.")
            % {"sheet": sheet, "name": FIELDS[twice]}
        )


@transaction.atomic
def reset(batch: Batch, plan: Plan) -> None:
    """Another plan for a batch that nothing was taken in of; its dry run starts again.

    Raises BatchBusy where somebody took it in meanwhile.
    """
    rows = Batch.objects.filter(pk=batch.pk, status=Batch.Status.PLANNED)
    if not rows.update(plan=plan.to_json(), source=batch.source, tried={}):
        batch.refresh_from_db()
        raise BatchBusy(status=batch.get_status_display())
    batch.lines.all().delete()


def save_mapping(name: str, plan: Plan, *, unit: Unit, by: Actor, at: datetime) -> Mapping:
    """Keep which heading is what under a name of the office, for its next workbook."""
    return mappings.save(Mapping, name, plan.mapping(), unit=unit, by=by, at=at)


def mapping_name(said: str) -> str:
    """Raises ColumnsUnclear where it is too long."""
    name = said.strip()
    if len(name) > mappings.NAME_CHARS_MAX:
        raise ColumnsUnclear(
            reason=_("Shorten it to %(n)s characters.") % {"n": mappings.NAME_CHARS_MAX}
        )
    return name
