"""./anlan import enterprises: registers of enterprises, row by row."""

from __future__ import annotations

import tomllib
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from anlan.base.refusal import Unreadable
from anlan.config.cli_say import both, emit, say
from anlan.config.hazards_cli import TOLD_MAX, FileMissing, bar
from anlan.domain.enterprises import importing
from anlan.domain.enterprises.importing import showing
from anlan.domain.enterprises.importing.columns import FIELDS
from anlan.domain.enterprises.models import Batch, Line
from anlan.domain.enterprises.models import Mapping as Saved
from anlan.kernel.accounts import units
from anlan.kernel.accounts.models import Unit
from anlan.kernel.papers import mappings
from anlan.kernel.regions import queries as regions

OUTCOMES = ("created", "changed", "equal", "doubled", "refused", "doubtful", "aside")


def import_files(args: Namespace) -> int:
    """Take registers in, or only try (--dry-run); one that is sent again adds nothing twice."""
    at = timezone.now()
    area = regions.by_code(args.area) if args.area else None
    unit = units.by_code(args.unit) if args.unit else units.unnamed(by=args.actor, at=at)
    source, mapping = _mapping(args.mapping, unit)
    for file in args.files:
        if not Path(file).is_file():
            raise FileMissing(file=file)
    answers = []
    for file in args.files:
        batch = importing.prepare(
            (Path(file).name, Path(file)), unit=unit, area=area, by=args.actor, at=at,
            source=source, mapping=mapping,
        )  # fmt: skip
        plan = importing.Plan.of(batch.plan)
        if args.renames:
            plan.renames = True
            importing.reset(batch, plan)
        if args.save:
            importing.save_mapping(args.save, plan, unit=unit, by=args.actor, at=at)
        with bar() as progress:
            if args.dry_run:
                importing.try_out(batch, by=args.actor, progress=progress)
            else:
                importing.run(batch.pk, by=args.actor, progress=progress)
        batch.refresh_from_db()
        answers.append(_answer(file, batch))
    if args.json:
        emit({"files": answers})
    else:
        for answer in answers:
            _tell(answer)
    return 0


def _mapping(said: str, unit: Unit) -> tuple[str, Mapping[str, str] | None]:
    """A saved mapping's name, or what a file says: heading to field; "auto" is by headings."""
    if said == "auto":
        return "", None
    saved = mappings.of_unit(Saved, unit)
    if said in saved:
        return said, None
    path = Path(said)
    if path.suffix == ".toml" and path.is_file():
        return path.stem, _read(path)
    known = "、".join(("auto", *saved))
    raise Unreadable(field=said, reason=both(
        f"没有这种列对应关系；可选 {known}，或 .toml 文件",
        f"there is no such mapping; choose {known}, or a .toml file of your own",
    ))  # fmt: skip


def _read(path: Path) -> dict[str, str]:
    """Lines like ``name = ["单位", "企业"]``: by field, what its column may be called."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(field=path.name, reason=str(error)) from error
    unknown = [name for name in found if name not in FIELDS]
    if unknown:
        raise Unreadable(field=path.name, reason=both(
            f"没有字段 {'、'.join(unknown)}；可用 {'、'.join(FIELDS)}",
            f"there is no field {', '.join(unknown)}; there are {', '.join(FIELDS)}",
        ))  # fmt: skip
    return {
        str(heading): name
        for name, said in found.items()
        for heading in (said if isinstance(said, list) else [said])
    }


def _answer(file: str, batch: Batch) -> dict[str, Any]:
    """Every row in exactly one of the sums; those to look at one by one."""
    tried = batch.tried if batch.status == Batch.Status.PLANNED else vars(batch)
    lines = batch.lines.exclude(outcome=Line.Outcome.EQUAL, doubtful=False).order_by("pk")
    told = [
        {"sheet": one.sheet, "row": one.row, "outcome": one.outcome, "doubtful": one.doubtful,
         "name": one.name, "column": one.column, "header": one.header, "changes": one.changes,
         "reason": one.reason}
        for one in lines.iterator()
    ]  # fmt: skip
    sums = {name: tried[name] for name in OUTCOMES}
    rows = sum(sums[name] for name in OUTCOMES[:5])
    return {"file": file, "batch": str(batch.pk), "mapping": batch.source, "rows": rows, **sums,
            "untaken": [{"headings": names, "why": why} for names, why in showing.untaken(batch)],
            "lines": told}  # fmt: skip


def _tell(answer: dict[str, Any]) -> None:
    say(
        both(
            "{file}（批次 {batch}）：共 {rows} 行；新增 {created}，变更 {changed}，相同 {equal}，"
            "重复 {doubled}，待更正 {refused}；其中存疑 {doubtful}；"
            "另有合计、备注等 {aside} 行不计。",
            "{file} (batch {batch}): {rows} rows; {created} new, {changed} changed, {equal} equal, "
            "{doubled} doubled, {refused} to be mended; {doubtful} doubtful; {aside} totals and "
            "notes left aside.",
        ).format(**answer)
    )
    for one in answer["untaken"]:
        names, why = "、".join(one["headings"]), one["why"]
        say(both(f"  不采用的列 {names}：{why}", f"  columns not taken: {names}: {why}"))
    wrong = [one for one in answer["lines"] if one["reason"]]
    for row in wrong[:TOLD_MAX]:
        place = f"{row['sheet']} {row['row']} {row['column']} {row['header']}".strip()
        say(f"  {place}: {row['reason']}")
    more = len(wrong) - TOLD_MAX
    if more > 0:
        say(both(f"  另有 {more} 行，用 --json 查看。", f"  and {more} more; see --json."))
