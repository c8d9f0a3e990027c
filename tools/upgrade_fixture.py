# ruff: noqa: E501, S603, S607  the stories are a text, and the programs are our own
"""Make the database of an earlier commit, with data in it, for tests/upgrade.

    .venv/bin/python tools/upgrade_fixture.py 7907543 [postgresql://…]

The commit's own code (git archive) migrates an empty database, plays stories of hazards, takes a
register in and folds; then what its figures said is written down. Kept are SQLite's
file, or with a URL PostgreSQL's plain dump, and the keys that the audit's MACs take
(of this fixture alone). The database of the URL must be empty.
"""

from __future__ import annotations

import io
import json
import lzma
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests/upgrade/data"
#: Run by the earlier commit's code: whatever it imports is that commit's.
FILL = """
import csv, json, sys
from datetime import date, timedelta
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from anlan.kernel.regions import commands as regions
from anlan.kernel.regions.commands import NewArea
from anlan.kernel.regions.models import Level, Region
from anlan.domain.hazards.tests.stage import EPOCH, ROOT, Stage, moment, whole
nation = Region.objects.create(code="000000", name="中国", full_name="中国", level=0, path="new/")
nation.path = f"{nation.pk}/"
nation.save()
parent = nation
for level, rows in ((1, [("530000", "云南省")]), (2, [("530100", "昆明市")]),
                    (3, [("530102", "五华区"), ("530103", "盘龙区")])):
    made = [regions.add_area(NewArea(name, parent, Level(level), code=code), by=ROOT, at=EPOCH)
            for code, name in rows]
    parent = made[0]
from anlan.kernel.calendar.loading import load_all
load_all()
cast = whole()
STORIES = [
    "inspector find; office assign; firm receive; firm rectify; inspector verify; office close",
    "inspector find; office assign; firm rectify; inspector reject; firm rectify; inspector verify",
    "inspector find; office assign; leader suspend; leader resume; firm ask; leader grant",
    "inspector find; office assign; firm rectify; inspector verify; office close; office look_back broken",
    "city find; city assign office; office hand_over firm; firm rectify; inspector verify; office review",
    "inspector find; leader void",
    "inspector find; office assign; clock tick",
    "inspector find; office list; office assign; office complete; firm rectify; inspector verify; office close; leader close; office ask_delisting; leader delist",
]
for n in range(48):
    story = STORIES[n % len(STORIES)]
    stage = Stage(cast, grade="major" if "list" in story else "ordinary")
    day = date(2024, 3, 1) + timedelta(n * 3)
    for k, line in enumerate(story.split("; ")):
        who, act, *rest = line.split()
        got = stage.do(day + timedelta(k * 4), who, act, " ".join(rest))
        assert got in ("found", "assigned", "rectified", "verified", "closed", "void"), (line, got)
from anlan.domain.hazards import importing
path = Path(sys.argv[1]) / "register.csv"
with path.open("w", encoding="utf-8", newline="") as file:
    out = csv.writer(file)
    out.writerow(["检查日期", "县区", "企业名称", "隐患部位", "存在问题", "整改期限", "整改完成时间", "整改状态"])
    for n in range(60):
        found = date(2024, 5, 1) + timedelta(n)
        done = found + timedelta(5) if n % 3 else ""
        out.writerow([found, "五华区" if n % 2 else "盘龙区", f"第{n % 7}化工厂", f"{n}号车间", f"第{n}台灭火器过期",
                      found + timedelta(10), done, "已整改" if n % 3 == 1 else "已销号" if done else "整改中"])
batch, _ = importing.prepare([("台账.csv", path)], unit=cast.units["office"], by=ROOT, at=timezone.now())
done = importing.run(batch.pk, by=ROOT)
assert done.created == 60, vars(done)
from anlan.config.checking import catch_up
catch_up(timezone.now())
from anlan.kernel.calendar import periods
from anlan.kernel.facts.figures import Query, figures
kinds = ["found", "assigned", "rectified", "verified", "closed", "rejected", "voided", "rebound",
         "due", "due_met", "found_settled", "open", "overdue", "listed", "extended", "warned"]
cells = figures(Query(
    kinds=[f"hazard.{kind}" for kind in kinds],
    areas=list(Region.objects.order_by("code").values_list("pk", flat=True)),
    periods=[periods.span(date(2024, m, 1), date(2024, m, 28)) for m in range(3, 13)],
    at=timezone.now(), by=("grade",)))
codes = dict(Region.objects.values_list("pk", "code"))
told = sorted([c.kind, codes[c.area_id], str(c.period.start), c.labels["grade"], c.value] for c in cells if c.value)
print(json.dumps(told))
"""


def main(commit: str, url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="anlan-upgrade-") as folder:
        code, home = Path(folder) / "code", Path(folder) / "home"
        home.mkdir()
        source = subprocess.run(
            ["git", "archive", commit, "src"], cwd=ROOT, capture_output=True, check=True
        )
        with tarfile.open(fileobj=io.BytesIO(source.stdout)) as tar:
            tar.extractall(code, filter="data")
        env = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
        env |= {"PYTHONPATH": str(code / "src"), "ANLAN_HOME": str(home), "ANLAN_POOL": "0",
                "DJANGO_SETTINGS_MODULE": "anlan.config.settings"}  # fmt: skip
        if url:
            env["ANLAN_DATABASE"] = url
        done = subprocess.run(
            [sys.executable, "-c", FILL, folder], env=env, stdout=subprocess.PIPE, check=True
        )
        told = json.loads(done.stdout.splitlines()[-1])
        kept = FOLDER / f"{commit}-{'postgresql' if url else 'sqlite'}.tar.xz"
        kept.parent.mkdir(exist_ok=True)
        parts = {"database": _postgresql(url) if url else _sqlite(home / "anlan.sqlite3"),
                 "figures.json": json.dumps(told).encode()}  # fmt: skip
        for path in sorted(home.rglob("*")):
            if path.is_file() and "sqlite3" not in path.name:
                parts[f"home/{path.relative_to(home)}"] = path.read_bytes()
        with (
            lzma.open(kept, "wb", preset=9) as packed,
            tarfile.open(fileobj=packed, mode="w") as tar,
        ):
            for name, data in parts.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        sys.stdout.write(
            f"{kept.relative_to(ROOT)}: {kept.stat().st_size} bytes, {len(told)} figures\n"
        )


def _sqlite(path: Path) -> bytes:
    """The file itself: SQLite's own text can't hold the table that searching goes through."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    return path.read_bytes()


def _postgresql(url: str) -> bytes:
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))[-1]
    command = [str(newest), "--no-owner", "--no-privileges", f"--dbname={url}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
