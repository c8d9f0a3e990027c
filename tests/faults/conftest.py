"""What fault tests break: a cluster of their own, a served product, a disk that is small."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.served import Served


def need(*tools: str) -> None:
    """Skip, loudly and by name, where a tool of the machine is missing."""
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is absent")


@pytest.fixture(scope="session")
def _own_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from anlan.config import testing_cluster

    if testing_cluster.programs() is None:
        pytest.skip("PostgreSQL is absent")
    with testing_cluster.running(durable=True) as cluster:
        yield cluster


@contextmanager
def pointed_at(cluster: Any) -> Iterator[None]:
    """Django's settings name this cluster meanwhile."""
    from django.db import connections

    known = connections.databases["default"]
    before = {name: known[name] for name in ("HOST", "PORT", "USER", "PASSWORD")}
    known.update(HOST=str(cluster.folder), PORT="", USER="anlan", PASSWORD="")
    try:
        yield
    finally:
        known.update(before)


@pytest.fixture
def cluster(_own_cluster: Any) -> Iterator[Any]:
    """A PostgreSQL cluster that writes through, to be killed; runs again at the end."""
    if not _own_cluster.pid:
        _own_cluster.start()
    yield _own_cluster
    try:
        os.kill(_own_cluster.pid, 0)
    except (ProcessLookupError, PermissionError):
        _own_cluster.start()


@pytest.fixture
def fragile(
    cluster: Any, django_test_environment: None, django_db_blocker: Any, tmp_path: Path
) -> Iterator[Any]:
    """A database with real commits on the cluster that is killed (see ``realdb``)."""
    from anlan.config import home
    from tests.databases import Databases

    with django_db_blocker.unblock(), pointed_at(cluster):
        databases = Databases(tmp_path, "fault")
        with databases.copy("fault", tmp_path / "home") as own:
            own.use()
            home.mark_prepared()
            try:
                yield own
            finally:
                own.leave()
                if not cluster.pid:
                    cluster.start()


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """``serve(realdb)`` starts ``./anlan serve`` on a database and waits until it answers."""
    started: list[Served] = []

    def start(database: Any, **environment: str) -> Served:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        started.append(Served(database, port, environment))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str, int], Path]]:
    """``small_disk("name", megabytes)``: a tmpfs of that size; ``enlarge`` it with mount."""
    need("mount", "umount")
    if os.geteuid() != 0:
        pytest.skip("mount needs root, so no small tmpfs can be made")
    mounted: list[Path] = []

    def make(name: str, megabytes: int) -> Path:
        # Short: a socket's path has room for 107 bytes.
        folder = Path(f"/tmp/anlan-disk-{os.getpid()}-{name}")
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            folder.rmdir()
            pytest.skip(f"mount of a tmpfs is refused here: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


def enlarge(folder: Path, megabytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill the disk but for ``leave`` bytes; returns the file to remove."""
    ballast = folder / "ballast"
    free = shutil.disk_usage(folder).free - leave
    block = b"\0" * 65_536
    with ballast.open("wb") as file:
        try:
            while free > 0:
                free -= file.write(block[: min(free, len(block))])
                file.flush()
        except OSError:
            pass
    return ballast
