"""How long a county's register takes from the file to the last row, and how much memory.

    ./anlan bench importing --json -- --rows 10000

Works in a scratch ANLAN_HOME that it makes and removes; loading the regions isn't counted. The
workbook is simulated: every row differs, 1,500 enterprises, three states. CPU seconds stand
beside the time on the clock, since the latter says little on a machine that is busy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
AREA, UNIT = "530102", "bench-awb"
#: The bar of the project's issue 2 for 50,000 rows.
SECONDS_50K, MEGABYTES = 60, 1024
HEADS = (
    "序号", "检查日期", "企业名称", "所属行业", "乡镇（街道）", "具体部位", "问题隐患描述",
    "隐患等级", "整改措施", "整改责任人", "整改期限", "整改状态",
)  # fmt: skip
WHAT = ("灭火器压力不足", "疏散通道堆放杂物", "配电箱未接地", "临边防护缺失", "安全出口锁闭")


def write(path: Path, rows: int) -> None:
    dice = random.Random(3)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("隐患清单")
    sheet.write_row(0, 0, HEADS)
    for i in range(rows):
        found = date(2026, 1, 1) + timedelta(dice.randrange(300))
        cells = (
            i + 1, found.isoformat(), f"五华区模拟企业{dice.randrange(1500):04d}",
            dice.choice(("消防", "工贸", "危险化学品")), dice.choice(("华山街道", "护国街道")),
            f"{dice.randrange(30)}号车间", f"{dice.choice(WHAT)}，编号{i}",
            dice.choice(("一般",) * 20 + ("重大",)), "立即整改", "模拟人员",
            (found + timedelta(15)).isoformat(), dice.choice(("已整改", "整改中", "已销号")),
        )  # fmt: skip
        sheet.write_row(i + 1, 0, cells)
    book.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as folder:
        env = {**os.environ, "ANLAN_HOME": str(Path(folder) / "home")}
        units = Path(folder) / "units.csv"
        units.write_text(f"code,name,kind,area\n{UNIT},五华区安委办,committee_office,{AREA}\n")
        _anlan(env, "import", "units", str(units), "--json")
        book = Path(folder) / "register.xlsx"
        write(book, rows)
        before, start = _cpu(), time.monotonic()
        told = _anlan(env, "import", "hazards", str(book), "--unit", UNIT, "--json")
        took, cpu = time.monotonic() - start, _cpu() - before
    assert told["created"] == rows, told
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    # Fewer rows say nothing about the bar: a start and the first look-ups cost what they cost.
    bar = SECONDS_50K if rows == 50_000 else None
    results = [
        {"id": "import.seconds", "value": round(took, 1), "unit": "s", "n": rows, "bar": bar,
         "ok": None if bar is None else took <= bar},
        {"id": "import.cpu", "value": round(cpu, 1), "unit": "s", "n": rows},
        {"id": "import.memory", "value": round(peak), "unit": "MB", "n": rows, "bar": MEGABYTES,
         "ok": peak <= MEGABYTES},
    ]  # fmt: skip
    machine = f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(json.dumps({"machine": machine, "results": results}, ensure_ascii=False))
    return 0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _anlan(env: dict[str, str], *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [str(ROOT / "anlan"), *arguments], env=env, stdout=subprocess.PIPE, text=True, check=True
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    sys.exit(main())
