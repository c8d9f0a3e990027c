"""A PostgreSQL cluster of the tests' own, in a temporary folder, under an unprivileged user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

VERSION_MIN = 15
ORPHAN_SECONDS_MAX = 60
SCRATCH_BYTES_MIN = 4 << 30
#: The system user that Debian's package makes; initdb refuses root.
USER = "postgres"
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
shared_buffers = 256MB
work_mem = 32MB
max_connections = 200
jit = off
"""
#: A cluster that is thrown away in any case needn't survive a crash; one that is killed must.
UNSAFE = """
fsync = off
synchronous_commit = off
full_page_writes = off
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


@dataclass
class Cluster:
    """A running cluster, and the ways in which it can end."""

    folder: Path
    binaries: Path
    durable: bool = False
    #: Lines of postgresql.conf that this one has besides.
    more: str = ""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://anlan@/postgres?host={self.folder}"

    @property
    def pid(self) -> int:
        """The postmaster's process, or 0 where none runs."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0

    def make(self) -> None:
        """Durability is off unless asked for. Byte order (C) lets path ranges use plain indexes,
        and C.UTF-8 lets trigrams see Chinese."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER)
        _as_user(
            *(str(self.binaries / "initdb"), "-D", str(self.data), "-A", "trust", "-U", "anlan"),
            *("-E", "UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-sync"),
        )
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION.format(folder=self.folder))
            file.write("" if self.durable else UNSAFE)
            file.write(self.more)

    def start(self) -> None:
        self._control("start")

    def stop(self, mode: str = "fast") -> None:
        """``fast`` ends sessions and writes all down; ``immediate`` is a crash."""
        self._control("-m", mode, "stop")

    def kill(self) -> None:
        """kill -9 the postmaster, and wait until its backends have noticed and ended."""
        pid = self.pid
        orphans = [
            int(entry.parent.name)
            for entry in Path("/proc").glob("[0-9]*/stat")
            if _parent(entry) == pid
        ]
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + ORPHAN_SECONDS_MAX
        while any(Path(f"/proc/{one}").exists() for one in orphans):
            assert time.monotonic() < deadline, "a backend outlived its postmaster"
            time.sleep(0.1)

    def _control(self, *arguments: str) -> None:
        log = str(self.folder / "log")
        _as_user(str(self.binaries / "pg_ctl"), "-D", str(self.data), "-w", "-l", log, *arguments)


@contextmanager
def running(
    *, durable: bool = False, folder: Path | None = None, more: str = ""
) -> Iterator[Cluster]:
    """Make a cluster, start it and give it; stop and remove it afterwards.

    folder: where it lies; else a new one in memory. A socket's path has room for 107 bytes.
    """
    binaries = programs()
    assert binaries is not None, "ask programs() first"
    own = folder or Path(tempfile.mkdtemp(prefix="anlan-pg-", dir=scratch()))
    made = Cluster(own, binaries, durable, more)
    try:
        made.make()
        made.start()
        try:
            yield made
        finally:
            if made.pid:
                with suppress(RuntimeError):
                    made.stop("immediate")
    finally:
        shutil.rmtree(own, ignore_errors=True)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster and give its ANLAN_DATABASE; stop and remove it afterwards."""
    with running() as made:
        yield made.url


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0  # it ended meanwhile


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
