"""./anlan bench NAME: run benchmarks/NAME.py, and show or pass on the one JSON object it prints."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.config.cli_say import emit

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "benchmarks"
#: A file called statistics.py would hide Python's own module from all of them.
OTHER_NAMES = {"statistics": "analysis"}
COLUMNS = ("id", "value", "unit", "n", "p95", "baseline", "ratio", "bar", "ok")


class BenchUnknown(Refusal):
    code = "bench_unknown"
    message = gettext_lazy("There is no benchmark %(name)s. There are: %(known)s.")


class BenchFailed(Refusal):
    code = "bench_failed"
    message = gettext_lazy("The benchmark %(name)s ended with status %(status)s; see above.")


def main(args: argparse.Namespace) -> int:
    """Status 1 if a bar was missed. Arguments after NAME go to the benchmark."""
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    name = OTHER_NAMES.get(args.name, args.name)
    if name not in known:
        raise BenchUnknown(name=args.name, known=", ".join(known) or "—")
    done = subprocess.run(  # noqa: S603  a file of ours
        [sys.executable, str(FOLDER / f"{name}.py"), *args.rest],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode and not done.stdout.strip():
        raise BenchFailed(name=args.name, status=done.returncode)
    answer: dict[str, Any] = json.loads(done.stdout)
    if args.json:
        emit(answer)
    else:
        _show(answer)
    missed = [one for one in answer["results"] if one.get("ok") is False]
    return 1 if missed or done.returncode else 0


def _show(answer: dict[str, Any]) -> None:
    print(_("Machine: %(machine)s") % {"machine": answer["machine"]})
    rows = [[_cell(one.get(name)) for name in COLUMNS] for one in answer["results"]]
    widths = [max(len(row[i]) for row in [list(COLUMNS), *rows]) for i in range(len(COLUMNS))]
    for row in [list(COLUMNS), *rows]:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _cell(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
