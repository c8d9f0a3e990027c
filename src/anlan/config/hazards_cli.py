"""./anlan import hazards, and ./anlan undo."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from anlan.base.refusal import Refusal
from anlan.config.checking import catch_up
from anlan.config.cli_say import both, emit, say
from anlan.domain.hazards import importing
from anlan.domain.hazards.importing import Counts, Progress, doubts
from anlan.domain.hazards.models import Batch, Leftover
from anlan.kernel.accounts import units

#: Rejected rows that are told one by one on a terminal; --json has them all.
TOLD_MAX = 20


class FileMissing(Refusal):
    """A path on the command line that leads nowhere."""

    code = "file_missing"
    message = _("%(file)s isn't there, or may not be read. Check the path.")


def import_files(args: Namespace) -> int:
    """Take workbooks in, or only try (--dry-run). A refusal only where no file can be read."""
    at = timezone.now()
    paths = [Path(file) for file in args.files]
    for path in paths:
        if not path.is_file():
            raise FileMissing(file=str(path))
    unit = units.by_code(args.unit) if args.unit else units.unnamed(by=args.actor, at=at)
    batch, refusals = importing.prepare(
        [(path.name, path) for path in paths],
        unit=unit,
        by=args.actor,
        at=at,
        year=args.year,
        found_on=args.found_on,
    )
    with bar() as progress:
        if args.dry_run:
            counts = importing.try_out(batch, progress=progress)
        else:
            done = importing.run(batch.pk, by=args.actor, progress=progress)
            counts = Counts(**{name: getattr(done, name) for name in vars(Counts())})
            catch_up(timezone.now())
    answer = _report(batch, counts, refusals)
    if args.json:
        emit(answer)
    else:
        _tell(answer)
        _tell_doubts(Batch.objects.get(pk=batch.pk))
    return 0


def _report(batch: Batch, counts: Counts, refusals: list[Refusal]) -> dict[str, Any]:
    """Every row in exactly one of the sums; a file that can't be read is one rejected row."""
    names = dict(batch.files.values_list("order", "name"))
    rejected = [
        {"file": refusal.data.get("file", ""), "sheet": "", "row": 0, "column": "",
         "code": refusal.code, "message": str(refusal)}
        for refusal in refusals
    ]  # fmt: skip
    rejected += [
        {"file": names[row.file], "sheet": row.sheet, "row": row.row, "column": row.column,
         "code": row.code, "message": row.message}
        for row in Leftover.objects.filter(batch=batch, rejected=True).order_by("file", "pk")
    ]  # fmt: skip
    sums = {"rows": counts.rows + len(refusals), **vars(counts)}
    doubtful = [
        {"file": one.file, "sheet": one.sheet, "column": one.column, "message": one.message,
         "rows": [list(run) for run in one.runs], "more": one.more, "count": one.count}
        for one in doubts.of(Batch.objects.only("doubts").get(pk=batch.pk), names)
    ]  # fmt: skip
    return {"batch": str(batch.pk), **sums, "rejected": rejected, "doubts": doubtful}


def _tell(answer: dict[str, Any]) -> None:
    say(
        both(
            "批次 {batch}：共 {rows} 行；新增 {created}，更新 {updated}，未变 {unchanged}，"
            "重复 {duplicates}，忽略 {ignored}，退回 {refused}。",
            "Batch {batch}: {rows} rows; {created} new, {updated} moved on, {unchanged} unchanged, "
            "{duplicates} duplicates, {ignored} ignored, {refused} rejected.",
        ).format(**answer, refused=len(answer["rejected"]))
    )
    for row in answer["rejected"][:TOLD_MAX]:
        say(f"  {row['file']} {row['sheet']} {row['row']} {row['column']}: {row['message']}")
    more = len(answer["rejected"]) - TOLD_MAX
    if more > 0:
        say(both(f"  另有 {more} 行，用 --json 查看。", f"  and {more} more; see --json."))


def _tell_doubts(batch: Batch) -> None:
    found = doubts.of(batch, dict(batch.files.values_list("order", "name")))
    if found:
        say(both("请核对：", "Please check:"))
    for one in found[:TOLD_MAX]:
        say(f"  {one.file} {one.sheet} {one.rows}（{one.count}）{one.column}: {one.message}")


@contextmanager
def bar() -> Iterator[Progress]:
    with tqdm(unit="row", file=sys.stderr, disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = max(total, done)
            bar.update(done - bar.n)

        yield progress
