"""./anlan import accidents: registers of accidents, through a mapping."""

from __future__ import annotations

from argparse import Namespace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Unreadable
from anlan.config.checking import catch_up
from anlan.config.cli_say import both, emit, say
from anlan.config.hazards_cli import TOLD_MAX, FileMissing
from anlan.domain.accidents import commands, importing
from anlan.kernel.accounts import units
from anlan.kernel.regions import queries as regions


def import_files(args: Namespace) -> int:
    """Take registers in, or only try (--dry-run); each file all of what is right, or nothing."""
    at = timezone.now()
    area = regions.by_code(args.area) if args.area else None
    unit = units.by_code(args.unit) if args.unit else units.unnamed(by=args.actor, at=at)
    answers = []
    for file in args.files:
        path = Path(file)
        if not path.is_file():
            raise FileMissing(file=file)
        read = importing.read(
            path, path.name, by=args.actor, mapping=args.mapping, area=area, unit=unit.pk,
            yuan=_yuan(args.yuan),
        )  # fmt: skip
        if read.new and not args.dry_run:
            with transaction.atomic(durable=True):
                commands.report_many(read.new, by=args.actor, at=at, request_id=uuid7())
        rejected = [vars(each) for each in read.wrong]
        answers.append(
            {"file": file, "rows": read.rows, "created": len(read.new), "known": read.known,
             "untyped": read.untyped, "without_loss": read.without_loss, "rejected": rejected}
        )  # fmt: skip
    if not args.dry_run:
        catch_up(timezone.now())
    if args.json:
        emit({"files": answers})
    else:
        for answer in answers:
            _tell(answer)
    return 0


def _yuan(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not 0 < rate < 1_000_000:
        raise Unreadable(
            field="--yuan", reason=both("请填写正数，如 7.1", "write a number like 7.1")
        )
    return rate


def _tell(answer: dict[str, object]) -> None:
    rejected = answer["rejected"]
    assert isinstance(rejected, list)
    say(
        both(
            "{file}：共 {rows} 行；新增 {created}，已有 {known}，退回 {refused}；"
            "其中类别待查 {untyped}，未计损失 {without_loss}。",
            "{file}: {rows} rows; {created} new, {known} known, {refused} rejected; "
            "{untyped} without a type, {without_loss} without their loss.",
        ).format(**answer, refused=len(rejected))
    )
    for row in rejected[:TOLD_MAX]:
        say(f"  {row['sheet']} {row['row']} {row['column']}: {row['reason']}")
    more = len(rejected) - TOLD_MAX
    if more > 0:
        say(both(f"  另有 {more} 行，用 --json 查看。", f"  and {more} more; see --json."))
