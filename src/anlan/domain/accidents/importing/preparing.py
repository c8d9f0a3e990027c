"""Keeping a register's file, reading its headings, and proposing what they mean."""

from __future__ import annotations

from collections.abc import Mapping as Names
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from anlan.base.actor import Actor
from anlan.domain.accidents.importing import cells, guessing, joining, lines
from anlan.domain.accidents.importing.plan import PEOPLE, Plan, adopt, best, layout_from, layouts
from anlan.domain.accidents.models import Batch, BatchFile, Mapping
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.papers import batches, mappings
from anlan.kernel.papers.batches import BatchBusy
from anlan.kernel.regions.models import Region

#: Rows of which a proposal looks at the days, and a page shows the first few.
SAMPLE_ROWS, SAMPLES = 200, 3
#: Where no layout fits and a person says what each column is.
UNNAMED = "—"
ROOM = "accident-imports"


def saved_of(unit: Unit) -> dict[str, Names[str, Any]]:
    """The mappings of an office, by name."""
    return mappings.of_unit(Mapping, unit)


def prepare(
    files: Sequence[tuple[str, Path]], *, unit: Unit, area: Region | None, by: Actor, at: datetime,
    source: str = "", layout: Names[str, Any] | None = None, rate: str = "",
) -> Batch:  # fmt: skip
    """Keep a register and propose how it is read.

    files:   (name as sent, path); several are files of one register, and are joined.
    source:  the mapping's name; "" is the one that fits its headings best.
    layout:  where it is of none that is kept, itself.

    Raises a Refusal that says why the file can't be read.
    """
    saved = saved_of(unit)
    if layout is None and source:
        layout = saved.get(source) or layouts()[source]
    hints = (layout or {}).get("joined", ()) or [
        each for one in saved.values() for each in one.get("joined", ())
    ]
    with joining.joined(files, hints) as (path, name, told):
        plan, source = proposed(path, name, source, layout, saved)
        plan.rate = rate or plan.rate
        _join(plan, told)
        kept, digest = batches.keep(path, name, room=ROOM)
    with transaction.atomic(durable=True):
        batch = Batch.objects.create(
            unit=unit, area=area, made_at=at, made_by=by.name, user_id=by.user_id,
            plan=plan.to_json(), source=source[: mappings.NAME_CHARS_MAX],
        )  # fmt: skip
        BatchFile.objects.create(
            batch=batch, name=name[:255], digest=digest, stored=batches.stored_as(kept),
            size=kept.stat().st_size,
        )  # fmt: skip
        trail.record([trail.Entry("accidents.import", "accident_batch", str(batch.pk),
                                  after={"file": ", ".join(n for n, _path in files)[:255],
                                         "mapping": source})],
                     by=by, at=at)  # fmt: skip
    return batch


def _join(plan: Plan, told: list[dict[str, Any]]) -> None:
    """What is known of a table that was joined: which rows are one accident, and who counts.

    Where the accidents' own columns count the dead and injured, the rows of people don't again.
    """
    plan.joined, plan.same = told, joining.same_of(told) or plan.same
    people = {heading for each in told if each["people"] for heading in each["heads"]}
    if any(set(plan.columns.get(name, ())) - people for name in PEOPLE):
        for name in (*PEOPLE, "outcome"):
            kept = [heading for heading in plan.columns.pop(name, ()) if heading not in people]
            if kept:
                plan.columns[name] = kept


def proposed(
    path: Path, name: str, source: str, layout: Names[str, Any] | None,
    saved: Names[str, Names[str, Any]],
) -> tuple[Plan, str]:  # fmt: skip
    with lines.tables(path, name) as found:
        proposals = [_of_table(table, source, layout, saved) for table in found]
        # The sheet that lacks nothing, or else the first: a preface has headings, too.
        plan, source = next((each for each in proposals if not each[0].lacking()), proposals[0])
    if layout is not None and plan.lacking():
        # Told by the names it should have, before anybody looks at columns.
        with lines.tables(path, name, Plan.of({**layout, "columns": layout["columns"]})):
            pass
    if not plan.days and not plan.lacking():
        plan.days = cells.order_of(_days(path, name, plan))
    return plan, source


def _of_table(
    table: lines.Table, source: str, layout: Names[str, Any] | None,
    saved: Names[str, Names[str, Any]],
) -> tuple[Plan, str]:  # fmt: skip
    heads = list(table.at)
    known = (source, layout) if layout else best(heads, saved)
    if known is not None:
        plan = adopt(known[1], heads)
        plan.why = guessing.named_in(plan, str(known[1].get("title", known[0])))
        return plan, known[0]
    below = (row for row in table.sheet.rows() if row.number > table.top and not row.is_blank())
    rows = [[cells.text(row.get(table.at[each])) for each in heads]
            for row in islice(below, SAMPLE_ROWS)]  # fmt: skip
    found = guessing.guess(heads, rows)
    plan = Plan(columns=found.columns, same=found.same, why=found.why)
    plan.outcomes = guessing.rules_of(found, "outcome")
    plan.types = guessing.types_by_account()
    return plan, UNNAMED


def _days(path: Path, name: str, plan: Plan) -> list[str]:
    with lines.tables(path, name, plan) as found:
        rows = islice(lines.lines(found, plan), SAMPLE_ROWS)
        return [cells.text(line.day(plan)) for line in rows]


def samples(batch: Batch) -> list[tuple[str, list[str]]]:
    """Each column of the first sheet that is read, with what stands in it."""
    file, plan = batch.file, Plan.of(batch.plan)
    with lines.tables(file.path, file.name) as found:
        wanted = plan.headings()
        table = max(found, key=lambda each: len(wanted & each.at.keys()))
        rows = islice(
            (row for row in table.sheet.rows() if row.number > table.top and not row.is_blank()),
            SAMPLE_ROWS,
        )
        shown: dict[str, list[str]] = {heading: [] for heading in table.at}
        for row in rows:
            for heading, n in table.at.items():
                said = cells.text(row.get(n))
                if said and len(shown[heading]) < SAMPLES and said not in shown[heading]:
                    shown[heading].append(said)
    return list(shown.items())


@transaction.atomic
def reset(batch: Batch, plan: Plan) -> None:
    """Another plan for a batch that nothing was taken in of; its dry run starts again.

    Raises BatchBusy where somebody took it in meanwhile.
    """
    rows = Batch.objects.filter(pk=batch.pk, status=Batch.Status.PLANNED)
    if not rows.update(plan=plan.to_json(), source=batch.source, tried={}):
        batch.refresh_from_db()
        raise BatchBusy(status=batch.get_status_display())
    batch.leftovers.all().delete()


def save_mapping(name: str, plan: Plan, *, unit: Unit, by: Actor, at: datetime) -> Mapping:
    """Keep a plan under a name of the office, for its next workbook of this kind."""
    return mappings.save(Mapping, name, layout_from(plan), unit=unit, by=by, at=at)
