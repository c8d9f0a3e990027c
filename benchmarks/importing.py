"""How long registers take from the file to the last row, and how much memory, whatever their size.

    ./anlan bench importing --json -- --rows 50000 [--rows 300000 …] [--csv]

Works in a scratch ANLAN_HOME that it makes and removes, and where ANLAN_DATABASE names a
PostgreSQL server, in a database of its own there; loading the regions isn't counted. Workbooks are
simulated: every row differs, 1,500 enterprises a file, three states. The whole command is timed,
with its start and the last fold.

baseline of seconds    the finished rows put into the same tables and indexes raw (benchmarks/_raw)
baseline of row-wise   a row at a time by the ORM (benchmarks/_rowwise), on 400 of the same rows
CPU seconds stand beside the clock's, which says little on a machine that is busy.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from benchmarks import _raw
from benchmarks.ledger import scratch

ROOT = Path(__file__).resolve().parent.parent
AREA, UNIT = "530102", "bench-awb"
#: Bars: issue 2 for 50,000 rows of xlsx; issue 3 for any size.
SECONDS_50K, MEGABYTES, MEGABYTES_ANY, RAW_RATIO, ROWWISE_RATIO = 60, 1024, 1536, 4.0, 20.0
ROWWISE_ROWS = 400
ROWS_A_FILE = {"xlsx": 50_000, "csv": 300_000}
#: Files that one command takes.
FILES_MAX = 50
HEADS = (
    "序号", "检查日期", "企业名称", "所属行业", "乡镇（街道）", "具体部位", "问题隐患描述",
    "隐患等级", "整改措施", "整改责任人", "整改期限", "整改状态",
)  # fmt: skip
WHAT = ("灭火器压力不足", "疏散通道堆放杂物", "配电箱未接地", "临边防护缺失", "安全出口锁闭")


def lines(rows: int, first: int = 0) -> Iterator[tuple[Any, ...]]:
    dice = random.Random(3 + first)
    for i in range(first, first + rows):
        found = date(2026, 1, 1) + timedelta(dice.randrange(300))
        yield (
            i + 1, found.isoformat(), f"五华区模拟企业{first // 50_000}-{dice.randrange(1500):04d}",
            dice.choice(("消防", "工贸", "危险化学品")), dice.choice(("华山街道", "护国街道")),
            f"{dice.randrange(30)}号车间", f"{dice.choice(WHAT)}，编号{i}",
            dice.choice(("一般",) * 20 + ("重大",)), "立即整改", "模拟人员",
            (found + timedelta(15)).isoformat(), dice.choice(("已整改", "整改中", "已销号")),
        )  # fmt: skip


def write(path: Path, rows: int, first: int = 0) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADS)
            writer.writerows(lines(rows, first))
        return
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("隐患清单")
    sheet.write_row(0, 0, HEADS)
    for at, cells in enumerate(lines(rows, first), 1):
        sheet.write_row(at, 0, cells)
    book.close()


def measured(rows: int, kind: str, rowwise: bool) -> list[dict[str, Any]]:
    """One size, in a database of its own."""
    with scratch():
        home, url = Path(os.environ["ANLAN_HOME"]), os.environ.get("ANLAN_DATABASE", "")
        units = home.parent / f"units-{os.getpid()}.csv"
        units.write_text(f"code,name,kind,area\n{UNIT},五华区安委办,committee_office,{AREA}\n")
        anlan("import", "units", str(units), "--json")
        units.unlink()
        per_file = ROWS_A_FILE[kind]
        files = []
        for first in range(0, rows, per_file):
            files.append(home / f"register-{first}.{kind}")
            write(files[-1], min(per_file, rows - first), first)
        database = home / "anlan.sqlite3"
        before = _raw.counts_postgresql(url) if url else _raw.counts_sqlite(database)
        cpu, start, created, peak = _cpu(), time.monotonic(), 0, 0.0
        for at in range(0, len(files), FILES_MAX):
            told = anlan("import", "hazards", *map(str, files[at : at + FILES_MAX]),
                         "--unit", UNIT, "--json")  # fmt: skip
            created += told["created"]
            peak = max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
            print(f"{created} / {rows}", file=sys.stderr, flush=True)
        took, cpu = time.monotonic() - start, _cpu() - cpu
        assert created == rows, told
        for file in files:
            file.unlink()
        if url:
            raw, written = _raw.load_postgresql(url, before, home)
        else:
            raw, written = _raw.load_sqlite(database, before)
        results = _results(rows, kind, took, cpu, peak, raw, written)
        if rowwise:
            results.append(_rowwise(rows, took))
    return results


def _results(
    rows: int, kind: str, took: float, cpu: float, peak: float, raw: float, written: int
) -> list[dict[str, Any]]:
    empty = {"p95": None, "baseline": None, "ratio": None, "bar": None, "ok": None}
    timed = rows == 50_000 and kind == "xlsx"
    memory = MEGABYTES if timed else MEGABYTES_ANY
    return [
        {"id": f"import.{kind}.seconds", "value": round(took, 1), "unit": "s", "n": rows, **empty,
         **({"bar": SECONDS_50K, "ok": took <= SECONDS_50K} if timed else {})},
        {"id": f"import.{kind}.raw_ratio", "value": round(took / raw, 2), "unit": "×", "n": written,
         **empty, "baseline": round(raw, 1), "ratio": round(took / raw, 2), "bar": RAW_RATIO,
         "ok": took / raw <= RAW_RATIO},
        {"id": f"import.{kind}.us_per_row", "value": round(1e6 * took / rows), "unit": "us",
         "n": rows, **empty},
        {"id": f"import.{kind}.cpu", "value": round(cpu, 1), "unit": "s", "n": rows, **empty},
        {"id": f"import.{kind}.memory", "value": round(peak), "unit": "MB", "n": rows, **empty,
         "bar": memory, "ok": peak <= memory},
    ]  # fmt: skip


def _rowwise(rows: int, took: float) -> dict[str, Any]:
    code = (
        "import django; django.setup()\n"
        "from benchmarks import _rowwise\n"
        f"print(_rowwise.seconds_per_row({ROWWISE_ROWS}, {UNIT!r}))"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.config.settings"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True, check=True
    )
    each = float(told.stdout)
    ratio = each / (took / rows)
    return {"id": "import.rowwise_ratio", "value": round(ratio, 1), "unit": "×", "n": ROWWISE_ROWS,
            "p95": None, "baseline": round(1e6 * each), "ratio": round(ratio, 1),
            "bar": ROWWISE_RATIO, "ok": ratio >= ROWWISE_RATIO}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    results: list[dict[str, Any]] = []
    for number, rows in enumerate(asked.rows or [50_000]):
        results += measured(rows, "csv" if asked.csv else "xlsx", rowwise=number == 0)
    machine = {
        "machine": platform.platform(), "cpus": os.cpu_count(),
        "python": platform.python_version(), "load": round(os.getloadavg()[0], 1),
        "database": "postgresql" if os.environ.get("ANLAN_DATABASE") else "sqlite",
    }  # fmt: skip
    print(json.dumps({"machine": machine, "results": results}, ensure_ascii=False))
    return 0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def anlan(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [str(ROOT / "anlan"), *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    sys.exit(main())
