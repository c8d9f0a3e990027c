"""./anlan lock: make the lock files anew from pyproject.toml and package.json (for developers).

The files carry hashes and no address: each office installs from whatever mirror it is set to.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from anlan.config.cli_say import both, say

ROOT = Path(__file__).resolve().parents[3]
COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-header", "--no-annotate", "--only-binary", ":all:"),
)
LOCKS = (
    ("pyproject.toml", "-o", "requirements.lock"),
    # The development lock holds the same versions, and the tools beside them.
    *(
        (
            "pyproject.toml",
            "--group",
            "dev",
            "-c",
            "requirements.lock",
            "-o",
            "requirements-dev.lock",
        ),
    ),
    # What reads scanned pages, for offices that want it.
    *(
        (
            "pyproject.toml",
            "--extra",
            "ocr",
            "-c",
            "requirements-dev.lock",
            "-o",
            "requirements-ocr.lock",
        ),
    ),
    ("--group", "node", "-o", "requirements-node.lock"),
)


def main(args: argparse.Namespace) -> int:
    if shutil.which("uv") is None or shutil.which("npm") is None:
        say(both("更新锁文件需要 uv 和 npm。", "Making lock files needs uv and npm."))
        return 1
    for lock in LOCKS:
        subprocess.run([*COMPILE, *lock], cwd=ROOT, check=True)  # noqa: S603  our own arguments
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "package.json", folder)
        subprocess.run(  # noqa: S603
            [
                *("npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved"),
                *("--ignore-scripts", "--no-audit", "--no-fund"),
            ],
            cwd=folder,
            check=True,
        )
        shutil.copy(Path(folder) / "package-lock.json", ROOT)
    return 0
