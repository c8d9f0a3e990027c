"""A PostgreSQL cluster of the tests' own, in a temporary folder, under an unprivileged user."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION_MIN = 15
SCRATCH_BYTES_MIN = 4 << 30
#: The system user that Debian's package makes; initdb refuses root.
USER = "postgres"
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 256MB
work_mem = 32MB
max_connections = 200
jit = off
"""


def scratch() -> str | None:
    """Memory where there is plenty of it, since all of it is thrown away; else None."""
    memory = Path("/dev/shm")  # noqa: S108  Linux's own, and not a name that others can foresee
    try:
        free = shutil.disk_usage(memory).free
    except OSError:
        return None
    return str(memory) if free >= SCRATCH_BYTES_MIN else None


def programs() -> Path | None:
    """The folder with the newest initdb, or None where no PostgreSQL 15 or later is installed."""
    found = [
        path.parent
        for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if int(path.parts[-3]) >= VERSION_MIN and (path.parent / "postgres").exists()
    ]
    if found:
        return max(found, key=lambda path: int(path.parts[-2]))
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster and give its ANLAN_DATABASE; stop and remove it afterwards.

    Durability is off: it is thrown away in any case. Byte order (C) lets path ranges use plain
    indexes, and C.UTF-8 lets trigrams see Chinese.
    """
    binaries = programs()
    assert binaries is not None, "ask programs() first"
    # A socket's path has room for 107 bytes, so it lies directly in the temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="anlan-pg-", dir=scratch()))
    data = folder / "data"
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        _as_user(
            *(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "anlan"),
            *("-E", "UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-sync"),
        )
        with (data / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION.format(folder=folder))
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
        _as_user(*control, "start")
        try:
            yield f"postgresql://anlan@/postgres?host={folder}"
        finally:
            _as_user(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(*command: str) -> None:
    prefix = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(  # noqa: S603  our own programs and arguments
        [*prefix, *command],
        cwd="/",
        stdin=subprocess.DEVNULL,
        # A file and not a pipe: the server inherits it and would keep a pipe open for ever.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}")
