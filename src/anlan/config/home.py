"""ANLAN_HOME: where data lives. Any command on an empty one first makes it ready.

Ready means: every migration applied, the regions and the calendar loaded. A stamp in the home
says for which migrations that was last true, so that a later start asks one question of the
database and goes on.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.config import roles
from anlan.config.cli_say import both, say

#: What fills an empty database, in this order; each can be run again without harm.
SEEDS = (
    "anlan.kernel.regions.loading:load_all",
    "anlan.kernel.calendar.loading:load_all",
    "anlan.kernel.accounts.loading:load_all",
)
#: One number for everybody who makes the same PostgreSQL database ready.
ADVISORY_LOCK = 0x616E6C616E
DEMO_MARK = "demo"
RESTORING = "restoring"


class NotADemo(Refusal):
    """The demo would fill, or empty, a home that holds somebody's own data."""

    code = "not_a_demo"
    message = gettext_lazy(
        "%(home)s already holds data that the demo did not make, so the demo leaves it alone. "
        "Name another folder in ANLAN_HOME (and another database in ANLAN_DATABASE)."
    )


class ShapeUnknown(Refusal):
    """The database was migrated by a newer Anlan than this one."""

    code = "newer_database"
    message = gettext_lazy(
        "The database was last used by a newer version of Anlan (it has %(migration)s). "
        "Start that version, or restore a backup made with this one."
    )


class RestoreCutOff(Refusal):
    """A restore was killed while it put files in place, so the home holds half of two worlds."""

    code = "restore_cut_off"
    message = gettext_lazy(
        "A restore into %(home)s was cut off before its end. Run it again with --replace; "
        "what was here before lies in the folders that are called replaced-…"
    )


def prepare(*, restoring: bool = False) -> None:
    """Migrate and load what every installation needs, if that has not been done.

    Raises RestoreCutOff where a restore didn't come to its end, unless that is what goes on.
    """
    if not restoring and (settings.HOME / RESTORING).exists():
        raise RestoreCutOff(home=str(settings.HOME))
    wanted = _fingerprint()
    if _stamp() == wanted and _applied() == _known():
        return
    with _alone():
        if _stamp() == wanted and _applied() == _known():
            return  # whoever held the lock before us did it
        _refuse_newer()
        _migrate()
        _seed()
        roles.refresh()
        mark_prepared()


def mark_restoring(on: bool) -> None:
    """Say on the disk that a restore is putting files in place, or that it has ended."""
    if on:
        _write(settings.HOME / RESTORING, "")
    else:
        (settings.HOME / RESTORING).unlink(missing_ok=True)


def mark_prepared() -> None:
    """Write the stamp: the database has all that this code needs."""
    _write(settings.HOME / "prepared.json", json.dumps(_fingerprint()))


def _fingerprint() -> dict[str, str]:
    """What this code needs of a database, and which database that is."""
    migrations = hashlib.sha256("\n".join(sorted(_known())).encode()).hexdigest()
    seeds = hashlib.sha256()
    for path in sorted(settings.PACKAGE.glob("kernel/*/data/*")):
        seeds.update(f"{path.name} {path.stat().st_size}\n".encode())
    known = connection.settings_dict
    where = f"{known['ENGINE']} {known['HOST']} {known['PORT']} {known['NAME']}"
    return {"migrations": migrations, "seeds": seeds.hexdigest(), "database": where}


def _known() -> set[str]:
    """Migrations that the code has, read from file names: Django's own loader imports them all."""
    from django.apps import apps

    return {
        f"{app.label}.{path.stem}"
        for app in apps.get_app_configs()
        for path in Path(app.path, "migrations").glob("[0-9]*.py")
    }


def _applied() -> set[str] | None:
    """Migrations that the database has; None where there is no such table yet."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return {f"{app}.{name}" for app, name in cursor.fetchall()}
    except DatabaseError:
        return None


def _stamp() -> dict[str, str] | None:
    try:
        found: dict[str, str] = json.loads((settings.HOME / "prepared.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found


def _refuse_newer() -> None:
    surplus = sorted((_applied() or set()) - _known())
    ours = [name for name in surplus if name.split(".")[0] in _labels()]
    if ours:
        raise ShapeUnknown(migration=ours[0])


def _labels() -> set[str]:
    from django.apps import apps

    return {app.label for app in apps.get_app_configs() if app.name.startswith("anlan.")}


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time makes a home ready, and one makes a database ready."""
    with (settings.HOME / "prepare.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(_("Another process is preparing the database; waiting for it."))
            fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def _migrate() -> None:
    from django.core.management import call_command

    if _applied() != _known():
        roles.demand_owner()
    say(_("Preparing the database …"))
    call_command("migrate", verbosity=0, interactive=False)


def _seed() -> None:
    for dotted in SEEDS:
        name, attribute = dotted.split(":")
        if find_spec(name) is None:
            continue
        load: Callable[..., Any] = getattr(import_module(name), attribute)
        load(_Progress())


#: What the seeds say they are at.
_NOTES = {
    "regions": both("地区", "regions"), "codes": both("区划代码", "codes"),
    "names": both("地名", "names"), "lineage": both("区划沿革", "lineage"),
    "boundaries": both("边界", "boundaries"), "calendar": both("工作日历", "calendar"),
}  # fmt: skip


class _Progress:
    """A line that is rewritten on a terminal; in a log, a line for each thing that is done."""

    def __init__(self) -> None:
        self.said: object = ""

    def __call__(self, done: int, total: int, note: object = "") -> None:
        note = _NOTES.get(str(note), note)
        if sys.stderr.isatty():
            print(f"\r{note} {done}/{total}", end="\n" if done >= total else "", file=sys.stderr)
        elif done >= total and note and note != self.said:
            self.said = note
            say(f"{note} {done}/{total}")


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


# --- The demo's home -----------------------------------------------------------------------


def is_demo() -> bool:
    return (settings.HOME / DEMO_MARK).exists()


def claim_for_demo(*, fresh: bool, done: str) -> None:
    """Make sure that this home is the demo's, and with ``fresh`` empty it.

    done:  the file that a demo leaves when it has finished. One that was killed half way, and that
           nobody has signed in to, is begun anew.

    Call it before prepare(). Raises NotADemo where people's own data lie.
    """
    if not is_demo():
        if _holds_data():
            raise NotADemo(home=str(settings.HOME))
        _write(settings.HOME / DEMO_MARK, "")
    elif fresh or not ((settings.HOME / done).exists() or _used()):
        clear()


def _used() -> bool:
    from anlan.kernel.accounts.models import User

    try:
        return User.objects.exclude(last_seen_at=None).exists()
    except DatabaseError:
        return False


def _holds_data() -> bool:
    from anlan.kernel.accounts.models import Unit

    try:
        return Unit.objects.exists()
    except DatabaseError:
        return False


def clear() -> None:
    """Empty the database and the home, all but its secrets and the demo's mark."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    connection.close()
    for path in settings.HOME.iterdir():
        if path.name in ("secrets", DEMO_MARK, "prepare.lock", "uploads"):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            with suppress(FileNotFoundError):
                path.unlink()
