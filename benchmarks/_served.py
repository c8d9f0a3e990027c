"""The product itself, serving, for benchmarks that ask it as a browser would."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def served() -> AbstractContextManager[tuple[int, list[int]]]:
    """The product, serving; its port and the web processes' ids."""
    return _serving([str(ROOT / "anlan"), "serve", "--port"], "/accounts/login/")


def plain() -> AbstractContextManager[tuple[int, list[int]]]:
    """A page of 50 rows as one would first write it (_plain.py), served as the product is."""
    command = [
        *(sys.executable, "-m", "granian", "benchmarks._plain:application", "--interface", "wsgi"),
        *("--workers", str(min(os.cpu_count() or 1, 2)), "--blocking-threads", "4", "--no-ws"),
        *("--log-level", "warning", "--port"),
    ]
    return _serving(command, "/")


@contextmanager
def _serving(command: list[str], first: str) -> Iterator[tuple[int, list[int]]]:
    port = 18_000 + os.getpid() % 1_000
    # What the server says isn't the benchmark's answer.
    server = subprocess.Popen(
        [*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    try:
        for _n in range(120):
            time.sleep(0.5)
            try:
                if get(port, "", first)[0]:
                    break
            except OSError:
                continue
        yield port, [pid for pid in below(server.pid) if b"granian" in _command(pid)]
    finally:
        server.terminate()
        server.wait(30)


def get(
    port: int, cookie: str, path: str, due: float | None = None, patience: float = 30
) -> tuple[float, int]:
    """Milliseconds since ``due``, and bytes; an answer that is no page fails the run."""
    start = time.perf_counter() if due is None else due
    own = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    own.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    answer = own.getresponse()
    body = answer.read()
    own.close()
    assert answer.status == 200, (path, answer.status)
    return 1000 * (time.perf_counter() - start), len(body)


def below(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += below(int(child))
    return found


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def cpu_of(pids: list[int]) -> float:
    """Seconds of CPU that the processes have used, in user and kernel mode."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
