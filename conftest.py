"""How tests get a database: a template that is built once, and copies of it.

The append-only triggers refuse DELETE and TRUNCATE, so nothing here flushes a table. A test
marked ``django_db`` runs inside a transaction that is rolled back. A test that needs real commits
(threads, processes, kill -9) takes the fixture ``realdb``: a database of its own, copied from the
template. Both work on SQLite and, where ANLAN_DATABASE names one, on a PostgreSQL server.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if WORKER == "main":
    os.environ["ANLAN_TEST_BASE"] = tempfile.mkdtemp(prefix="anlan-test-")
#: Marks of tests that can't run on what we have: on SQLite, on PostgreSQL.
OTHER = ("postgresql", "sqlite")
#: ./anlan test --faults runs what is marked ``faults`` too, --soak runs what is marked ``soak``.
TIER = os.environ.get("ANLAN_TIER", "")
#: Where tests take half a minute: begun last, one of them would keep all workers but its own idle.
SLOW = (
    "tests/browser/", "tests/upgrade/", "tests/test_demo_whole.py", "tests/rights/",
    "tests/faults/",
)  # fmt: skip
#: A server for each worker: the mark up to which facts are folded is the server's, so that a long
#: transaction of one worker's test would hold back what another worker's test folds.
SERVERS = os.environ.get("ANLAN_TEST_SERVERS", "").split()
if SERVERS and WORKER != "main":
    os.environ["ANLAN_DATABASE"] = SERVERS[int(WORKER.removeprefix("gw")) % len(SERVERS)]
BASE = Path(os.environ["ANLAN_TEST_BASE"])
HOME = BASE / WORKER
os.environ.update(ANLAN_HOME=str(HOME), ANLAN_POOL="0")
# Some hundred processes are started: compiled by each anew, they took a second more each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.config.settings"
if str(ROOT / "src") not in sys.path:
    sys.path.insert(0, str(ROOT / "src"))

import hypothesis  # noqa: E402
from django.conf import settings  # noqa: E402  the environment comes first

if "init_command" in settings.DATABASES["default"]["OPTIONS"]:
    # In this process only: processes that tests start, and kill, write as in production.
    settings.DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
assert settings.HOME == HOME, "the settings were imported before this file chose ANLAN_HOME"
# A worker of xdist inherits the environment; it must not import the settings before this file.
del os.environ["DJANGO_SETTINGS_MODULE"]

# A shared machine is slow at times; that is no failure of a law. What holds a change back draws
# the same examples each time, so that it tells of the change; the longer tiers draw others.
hypothesis.settings.register_profile("anlan", deadline=None, print_blob=True, derandomize=not TIER)
hypothesis.settings.load_profile("anlan")

from tests import canaries, outward, sparing  # noqa: E402
from tests.databases import Databases, RealDatabase  # noqa: E402

outward.install()
sparing.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    if WORKER == "main":
        shutil.rmtree(BASE, ignore_errors=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    sparing.collected()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the other database, and refuse tests that would flush this one."""
    postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    other = [item for item in items if item.get_closest_marker(OTHER[postgresql])]
    other += [item for item in items if not _of_this_tier(item)]
    for item in items:
        if item.get_closest_marker("postgresql"):
            item.user_properties.append(("only", "postgresql"))
    if os.environ.get("ANLAN_TESTS") == "database":
        # The second run of ./anlan test: what opens no database has run already.
        other += [item for item in items if not _opens_database(item)]
    left_out = set(other)
    items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))
    if other:
        config.hook.pytest_deselected(items=list(left_out))
    for item in items:
        mark = item.get_closest_marker("django_db")
        flushes = mark is not None and (mark.kwargs.get("transaction") or mark.args[:1] == (True,))
        if flushes or "transactional_db" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid}: a flush can't empty the ledger; use realdb")


def _of_this_tier(item: pytest.Item) -> bool:
    if TIER == "soak":
        return item.get_closest_marker("soak") is not None
    if item.get_closest_marker("soak"):
        return False
    return TIER == "faults" or item.get_closest_marker("faults") is None


def _opens_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"realdb", "db", "databases"})


@pytest.fixture(scope="session")
def databases() -> Databases:
    return Databases(BASE, WORKER)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: pytest.FixtureRequest, databases: Databases
) -> Iterator[None]:
    """This worker's database: a copy of the template, with the regions of two provinces."""
    own_copy = databases.copy(f"worker_{WORKER}", HOME)
    with django_db_blocker.unblock(), own_copy as own:  # type: ignore[attr-defined]
        own.use()
        yield
        own.leave()


@pytest.fixture
def realdb(
    django_test_environment: None,
    django_db_blocker: pytest.FixtureRequest,
    databases: Databases,
    tmp_path: Path,
) -> Iterator[RealDatabase]:
    """A database and an ANLAN_HOME of this test's own, for threads and for processes.

    ``realdb.env`` is the environment of a process that works on it, ``realdb.anlan("check")`` runs
    one of our commands, ``realdb.together(fn, 8)`` calls ``fn(n)`` in eight threads at once.
    """
    from anlan.config import home

    own_copy = databases.copy(f"real_{WORKER}", tmp_path / "home")
    with django_db_blocker.unblock(), own_copy as own:  # type: ignore[attr-defined]
        own.use()
        # Commands started on it needn't load all of China; what they need beyond, a test loads.
        home.mark_prepared()
        try:
            yield own
        finally:
            own.leave()


@pytest.fixture
def refused() -> Callable[[str], object]:
    """``with refused("moved_on") as caught:`` expects a Refusal with this code."""
    from contextlib import contextmanager

    from anlan.base.refusal import Refusal

    @contextmanager
    def expect(code: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
        with pytest.raises(Refusal) as caught:
            yield caught
        assert caught.value.code == code, f"refused with {caught.value.code}, not {code}"

    return expect


@pytest.fixture(autouse=True)
def _no_denials_left_over() -> Iterator[None]:
    """A denial that a test's own transaction held back must not be written in the next test."""
    yield
    from anlan.kernel.audit import trail

    trail.forget()


@pytest.fixture(autouse=True)
def _nobodys_language() -> Iterator[None]:
    """A request leaves its reader's language to the thread: a test that looks at words must find
    them alike alone and after any other, in the language of the installation."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_list_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """How a list was read is remembered for a minute: the number of statements would depend on
    what ran before."""
    from anlan.base import textindex
    from anlan.config import shell as navigation
    from anlan.kernel.notices import shell
    from anlan.ui import keyset

    monkeypatch.setattr(shell, "LIGHT_SECONDS", 0)
    monkeypatch.setattr(navigation, "NAV_SECONDS", 0)
    monkeypatch.setattr(keyset, "SIZE_SECONDS", 0)
    monkeypatch.setattr(textindex, "COMMON_SECONDS", 0)


@pytest.fixture(autouse=True)
def _nothing_leads_out() -> Iterator[None]:
    """S36: no test calls anything but this machine."""
    yield
    tried, outward.tries[:] = list(outward.tries), []
    assert tried == []


@pytest.fixture(scope="session")
def canary_watch(django_test_environment: None) -> Iterator[canaries.Watch]:
    with pytest.MonkeyPatch.context() as patch:
        watch = canaries.Watch()
        canaries.install(watch, patch)
        yield watch


@pytest.fixture(autouse=True)
def _no_secret_is_told(canary_watch: canaries.Watch) -> Iterator[None]:
    """S26: no secret of any test stands in a log line or an address."""
    canary_watch.clear()
    yield
    told = canary_watch.told()
    canary_watch.clear()
    assert told == []
