"""./anlan import accidents: registers of accidents, through a mapping."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from anlan.base.refusal import Unreadable
from anlan.config.checking import catch_up
from anlan.config.cli_say import both, emit, say
from anlan.config.hazards_cli import TOLD_MAX, FileMissing
from anlan.domain.accidents import importing
from anlan.domain.accidents.importing import editing
from anlan.domain.accidents.importing.plan import Plan
from anlan.domain.accidents.importing.preparing import saved_of
from anlan.domain.accidents.models import Batch
from anlan.kernel.accounts import units
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions import queries as regions


def import_files(args: Namespace) -> int:
    """Take registers in, or only try (--dry-run); each goes on where an earlier run was killed."""
    at = timezone.now()
    area = regions.by_code(args.area) if args.area else None
    unit = units.by_code(args.unit) if args.unit else units.unnamed(by=args.actor, at=at)
    source, layout = _mapping(args.mapping, unit)
    answers = []
    for file in args.files:
        if not Path(file).is_file():
            raise FileMissing(file=file)
    # One register each, or all of them one.
    registers = [args.files] if getattr(args, "join", False) else [[file] for file in args.files]
    for files in registers:
        batch = importing.prepare(
            [(Path(file).name, Path(file)) for file in files], unit=unit, area=area, by=args.actor,
            at=at, source=source, layout=layout, rate=editing.rate(args.yuan or ""),
        )  # fmt: skip
        if name := getattr(args, "save", None):
            importing.save_mapping(name, Plan.of(batch.plan), unit=unit, by=args.actor, at=at)
        if args.dry_run:
            importing.try_out(batch, by=args.actor)
        else:
            importing.run(batch.pk, by=args.actor)
        batch.refresh_from_db()
        answers.append(_answer(" + ".join(files), batch))
    if not args.dry_run:
        catch_up(timezone.now())
    if args.json:
        emit({"files": answers})
    else:
        for answer in answers:
            _tell(answer)
    return 0


def _mapping(said: str, unit: Unit) -> tuple[str, Mapping[str, Any] | None]:
    """A mapping's name, and itself where it is a file; "auto" is whatever fits the headings."""
    if said == "auto":
        return "", None
    if said in importing.layouts() or said in saved_of(unit):
        return said, None
    path = Path(said)
    if path.suffix == ".toml" and path.is_file():
        return path.stem, importing.layout_of(path)
    known = "、".join(("auto", *importing.layouts(), *saved_of(unit)))
    raise Unreadable(field=said, reason=both(
        f"没有这种列对应关系；可选 {known}，或 .toml 文件",
        f"there is no such mapping; choose {known}, or a .toml file of your own",
    ))  # fmt: skip


def _answer(file: str, batch: Batch) -> dict[str, Any]:
    tried = batch.tried or {name: getattr(batch, name) for name in (
        "created", "known", "joined", "untyped", "unpriced")}  # fmt: skip
    rejected = [
        {"sheet": each.sheet, "row": each.row, "column": each.column, "header": each.header,
         "reason": each.reason}
        for each in batch.leftovers.order_by("sheet", "row", "pk").iterator()
    ]  # fmt: skip
    return {
        "file": file, "batch": str(batch.pk), "mapping": batch.source,
        "rows": tried["created"] + tried["known"] + tried["joined"] + len(rejected),
        "created": tried["created"], "known": tried["known"], "joined": tried["joined"],
        "untyped": tried["untyped"], "without_loss": tried["unpriced"], "rejected": rejected,
    }  # fmt: skip


def _tell(answer: dict[str, Any]) -> None:
    rejected = answer["rejected"]
    say(
        both(
            "{file}（{mapping}）：共 {rows} 行；新增 {created} 起，已有 {known} 起，"
            "并入同一起 {joined} 行，退回 {refused} 行；其中类别待查 {untyped}，"
            "损失未折算 {without_loss}。",
            "{file} ({mapping}): {rows} rows; {created} new, {known} known, {joined} rows "
            "joined to another's accident, {refused} rejected; {untyped} without a type, "
            "{without_loss} without their loss in yuan.",
        ).format(**{**answer, "refused": len(rejected)})
    )
    for row in rejected[:TOLD_MAX]:
        say(f"  {row['sheet']} {row['row']} {row['column']} {row['header']}: {row['reason']}")
    more = len(rejected) - TOLD_MAX
    if more > 0:
        say(both(f"  另有 {more} 行，用 --json 查看。", f"  and {more} more; see --json."))
