"""The template database of the tests, and copies of it (see conftest.py).

The template holds every migration and the regions of Yunnan and Beijing. It is kept between runs
under a name made of what it was built from, so that a second run builds nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "tests"
#: Templates kept on a server or in the cache, beside the newest.
TEMPLATES_KEPT = 3
THREAD_SECONDS_MAX = 120
_numbers = itertools.count(1)


def _settings() -> dict[str, Any]:
    from django.db import connections

    found: dict[str, Any] = connections.databases["default"]
    return found


def _leave() -> None:
    """Close this thread's connection, so that the next one opens where the settings say."""
    from django.db import connections

    connections["default"].close()
    del connections["default"]


@dataclass
class RealDatabase:
    """A database with real commits; ``use()`` points Django at it, ``leave()`` away from it."""

    name: str
    home: Path
    _before: dict[str, Any] = field(default_factory=dict)

    @property
    def postgresql(self) -> bool:
        return str(_settings()["ENGINE"]).endswith("postgresql")

    @property
    def url(self) -> str:
        """What ANLAN_DATABASE must be for a process to work here; empty on SQLite."""
        if not self.postgresql:
            return ""
        known = _settings()
        user = quote(known["USER"], safe="")
        if known["PASSWORD"]:
            user += ":" + quote(known["PASSWORD"], safe="")
        query = {key: known[key.upper()] for key in ("host", "port") if known[key.upper()]}
        return f"postgresql://{user}@/{self.name}?{urlencode(query)}"

    @property
    def env(self) -> dict[str, str]:
        env = dict(os.environ)
        env.pop("ANLAN_DATABASE", None)
        env.pop("COVERAGE_PROCESS_START", None)
        if self.url:
            env["ANLAN_DATABASE"] = self.url
        env.update(
            ANLAN_HOME=str(self.home),
            DJANGO_SETTINGS_MODULE="anlan.config.settings",
            PYTHONPATH=str(ROOT / "src"),
        )
        return env

    def use(self) -> None:
        from django.conf import settings

        known = _settings()
        self._before = {"NAME": known["NAME"], "HOME": settings.HOME, "MEDIA": settings.MEDIA_ROOT}
        _leave()
        known["NAME"] = self.name
        settings.HOME = self.home
        settings.MEDIA_ROOT = self.home / "files"

    def leave(self) -> None:
        from django.conf import settings

        _leave()
        _settings()["NAME"] = self._before["NAME"]
        settings.HOME, settings.MEDIA_ROOT = self._before["HOME"], self._before["MEDIA"]

    def anlan(
        self, *arguments: str, check: bool = True, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run one of our commands as a process on this database."""
        done = subprocess.run(
            [sys.executable, "-m", "anlan.config.cli", *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=options.pop("timeout", 300),
            check=False,
            **options,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start one of our commands and go on, for tests that kill it."""
        return subprocess.Popen(
            [sys.executable, "-m", "anlan.config.cli", *arguments],
            env=self.env,
            cwd=ROOT,
            text=True,
            **options,
        )

    def together(self, call: Callable[[int], T], count: int) -> list[T | BaseException]:
        """Call ``call(0)`` … ``call(count - 1)`` at once, each in a thread with its own connection.

        Returns results and exceptions in order; a test asserts on both.
        """
        from django.db import connections

        answers: list[T | BaseException] = [TimeoutError("still running")] * count
        barrier = threading.Barrier(count)

        def run(number: int) -> None:
            try:
                barrier.wait(THREAD_SECONDS_MAX)
                answers[number] = call(number)
            except BaseException as error:  # handed to the test
                answers[number] = error
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(THREAD_SECONDS_MAX)
        return answers


class Databases:
    """Makes copies of the template, and the template where there is none."""

    def __init__(self, base: Path, worker: str) -> None:
        self.base, self.worker = base, worker
        self._template: str | None = None

    @property
    def postgresql(self) -> bool:
        return str(_settings()["ENGINE"]).endswith("postgresql")

    def template(self) -> str:
        """Made by the first that asks; workers, and other runs on it, wait meanwhile."""
        if self._template is None and self.postgresql:
            self._template = self._on_server()
        elif self._template is None:
            CACHE.mkdir(parents=True, exist_ok=True)
            with (CACHE / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._template = self._in_file()
        return self._template

    @contextmanager
    def copy(self, prefix: str, home: Path) -> Iterator[RealDatabase]:
        home.mkdir(parents=True, exist_ok=True)
        template = self.template()
        if not self.postgresql:
            path = home / "anlan.sqlite3"
            shutil.copyfile(template, path)
            yield RealDatabase(str(path), home)
            return
        name = f"anlan_test_{prefix}_{os.getpid()}_{next(_numbers)}"
        with closing(self._server()) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield RealDatabase(name, home)
        finally:
            with closing(self._server()) as server:
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _in_file(self) -> str:
        path = CACHE / f"{_fingerprint()}.sqlite3"
        if not path.exists():
            part = self.base / f"template-{self.worker}.sqlite3"
            self._build(str(part))
            with closing(sqlite3.connect(part)) as built:
                # One file without a log beside it, so that copying the file copies it all.
                built.execute("PRAGMA journal_mode=DELETE")
            shutil.copyfile(part, path.with_suffix(".part"))
            path.with_suffix(".part").rename(path)
            old = sorted(CACHE.glob("*.sqlite3"), key=lambda p: p.stat().st_mtime)
            for stale in old[:-TEMPLATES_KEPT]:
                stale.unlink(missing_ok=True)
        # A copy for this run: another run may throw the cached one away.
        own = self.base / "template.sqlite3"
        if not own.exists():
            shutil.copyfile(path, own.with_suffix(f".{self.worker}"))
            own.with_suffix(f".{self.worker}").rename(own)
        return str(own)

    def _on_server(self) -> str:
        name = f"anlan_template_{_fingerprint()}"
        with closing(self._server()) as server:
            server.execute("SELECT pg_advisory_lock(hashtext('anlan.tests.template'))")
            known = [
                row[0]
                for row in server.execute(
                    "SELECT datname FROM pg_database WHERE datname LIKE 'anlan\\_template\\_%' "
                    "ORDER BY oid"
                )
            ]
            if name in known:
                return name
            server.execute(f'DROP DATABASE IF EXISTS "{name}_part" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}_part" TEMPLATE template0')
            self._build(f"{name}_part")
            server.execute(f'ALTER DATABASE "{name}_part" RENAME TO "{name}"')
            for stale in known[:-TEMPLATES_KEPT]:
                server.execute(f'DROP DATABASE IF EXISTS "{stale}"')
        return name

    def _server(self) -> Any:
        import psycopg

        known = _settings()
        return psycopg.connect(
            dbname="postgres",
            host=known["HOST"] or None,
            port=known["PORT"] or None,
            user=known["USER"] or None,
            password=known["PASSWORD"] or None,
            autocommit=True,
        )

    def _build(self, name: str) -> None:
        from django.core.management import call_command

        target = RealDatabase(name, self.base)
        target.use()
        try:
            call_command("migrate", verbosity=0, interactive=False)
            _load_regions()
        finally:
            target.leave()


def _fingerprint() -> str:
    """Changes with every migration, with the regions, and with how they are loaded."""
    found = hashlib.sha256()
    loading = ROOT / "src/anlan/kernel/regions"
    files = [*ROOT.glob("src/anlan/**/migrations/*.py"), Path(__file__)]
    files += [*loading.glob("*.py"), *loading.glob("data/*")]
    files += (ROOT / "src/anlan/kernel/calendar").glob("data/*")
    for path in sorted(files):
        found.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    from django import VERSION

    found.update(repr((VERSION, sys.version_info[:2])).encode())
    return found.hexdigest()[:16]


def _load_regions() -> None:
    """Nation, Yunnan and Beijing down to townships, from the packaged data."""
    from anlan.kernel.calendar.loading import load_all as load_calendar
    from anlan.kernel.regions.loading import load_all

    load_all(None, provinces=("11", "53"))
    # Deadlines of the announced years are final only where those years are known.
    load_calendar()
