"""Seeds that are printed, and what a long run leaves under docs/evidence."""

from __future__ import annotations

import json
import os
import platform
import random
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/evidence"
#: What this run may spend: "" (quick), "faults" or "soak".
TIER = os.environ.get("ANLAN_TIER", "")


def seed(name: str) -> int:
    """A new seed, or the one that ANLAN_SEED names; printed, so that a fault can be had again."""
    given = os.environ.get("ANLAN_SEED")
    number = int(given) if given else random.SystemRandom().randrange(10**6)
    sys.stderr.write(f"{name}: ANLAN_SEED={number}\n")
    return number


def keep(name: str, found: Mapping[str, Any], database: str) -> None:
    """Write down what a long run found, on which machine; quick runs leave nothing."""
    if not TIER:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    now = datetime.now(UTC)
    told = {
        "name": name,
        "at": now.isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "database": database,
        "machine": {
            "cpus": os.cpu_count(),
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
        **found,
    }
    path = FOLDER / f"{now:%Y-%m-%d}-{name}-{database}.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stderr.write(f"{name}: kept in {path.relative_to(ROOT)}\n")
