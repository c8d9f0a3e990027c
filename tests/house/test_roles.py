"""S59: the role and the account that serve may do no more than serving takes."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from anlan.config import roles
from tests.databases import ROOT

pytestmark = pytest.mark.realdb
SECONDS_MAX = 60
NOBODY = 65534
#: Nobody's account, that may still read the interpreter where it lies in somebody's home.
AS_NOBODY = [
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"),
]


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    owner = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner


def may(statement: str) -> bool:
    """Whether the present role may do this; what it does is rolled back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        connection.close()
        if isinstance(error.__cause__, InsufficientPrivilege):
            return False
        raise
    return True


@pytest.fixture
def made(realdb: Any) -> Any:
    done = realdb.anlan("roles", "--json")
    assert json.loads(done.stdout) == {"roles": ["anlan_app", "anlan_read", "anlan_audit"]}
    return realdb


def url_of(realdb: Any, role: str) -> str:
    owner = connection.settings_dict["USER"]
    url: str = realdb.url.replace(f"//{owner}", f"//{role}")
    assert url != realdb.url
    return url


@pytest.mark.postgresql
def test_S59_each_role_may_do_its_own_work_and_no_others(made: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, attname FROM pg_trigger JOIN pg_attribute "
            r"ON attrelid = tgrelid AND attnum = 1 WHERE tgname LIKE '%\_append\_only'"
        )
        guarded = dict(cursor.fetchall())
    assert {"audit_auditrow", "audit_purge", "loop_event", "facts_fact"} <= guarded.keys()
    with acting_as("anlan_app"):
        assert may("UPDATE accounts_unit SET name = name")
        assert may("DELETE FROM jobs_job")
        assert may("SELECT 1 FROM audit_auditrow")
        for statement in (
            "CREATE TABLE mine (id int)",
            "DROP TABLE jobs_job",
            "ALTER TABLE audit_auditrow DISABLE TRIGGER ALL",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DELETE FROM django_migrations",
            "CREATE ROLE mine",
            "SET ROLE anlan_audit",
            *(f"DELETE FROM {table}" for table in guarded),
            *(f"TRUNCATE {table}" for table in guarded),
        ):
            assert not may(statement), statement
        for table, column in guarded.items():
            # Facts may be locked by it; there the trigger refuses (tests/rights/test_hardening.py).
            if table != "facts_fact":
                assert not may(f"UPDATE {table} SET {column} = {column}"), table
    with acting_as("anlan_read"):
        assert may("SELECT count(*) FROM hazards_hazard")
        for table in ("accounts_user", "mfa_authenticator", "django_session", "audit_auditrow"):
            assert not may(f"SELECT 1 FROM {table}"), table
        assert not may("DELETE FROM jobs_job")
    with acting_as("anlan_audit"):
        assert may(
            "SELECT count(*) FROM audit_auditrow JOIN audit_link ON row_id = audit_auditrow.id"
        )
        for table in ("hazards_hazard", "accounts_user", "audit_subjectkey"):
            assert not may(f"SELECT 1 FROM {table}"), table
        assert not may("DELETE FROM audit_auditrow")


@pytest.mark.postgresql
def test_S59_what_a_later_migration_brings_is_given_out_by_itself(made: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id int)")
        cursor.execute("CREATE TABLE later_record (id int)")
        cursor.execute(
            "CREATE TRIGGER later_append_only BEFORE UPDATE OR DELETE ON later_record "
            "FOR EACH STATEMENT EXECUTE FUNCTION facts_refuse()"
        )
    with acting_as("anlan_app"):
        assert not may("SELECT 1 FROM later")
    (made.home / "prepared.json").unlink()
    (made.home / roles.MARK).rename(made.home / "aside")
    made.anlan("check", check=False)
    with acting_as("anlan_app"):
        assert not may("SELECT 1 FROM later"), "these may be another installation's roles"
    (made.home / "aside").rename(made.home / roles.MARK)
    (made.home / "prepared.json").unlink()
    made.anlan("check", check=False)
    with acting_as("anlan_app"):
        assert may("DELETE FROM later")
        assert may("INSERT INTO later_record VALUES (1)")
        assert not may("DELETE FROM later_record")


@pytest.mark.postgresql
def test_S59_a_role_that_may_not_migrate_says_who_must(made: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'papers'")
    made_env = {**made.env, "ANLAN_DATABASE": url_of(made, "anlan_app"), "ANLAN_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-m", "anlan.config.cli", "roles", "--json"],
        env=made_env, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "owner_wanted"
    assert "Traceback" not in done.stderr


@pytest.mark.sqlite
def test_S59_sqlite_has_no_roles_and_says_so(realdb: Any) -> None:
    done = realdb.anlan("roles", "--json", check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "no_roles"


def test_S59_in_production_neither_root_nor_a_writable_program_nor_the_owner_serves(
    realdb: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, refused: Callable[[str], Any]
) -> None:
    strong = ["served_by_owner"] if connection.vendor == "postgresql" else []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "access", lambda path, mode: True)
    found = [one.code for one in roles.excess()]
    assert found == ["served_by_root", "code_writable", "code_writable", *strong]
    settings.HTTPS = True
    with refused("served_by_root"):
        roles.demand_little()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with refused("code_writable"):
        roles.demand_little()
    monkeypatch.setenv("ANLAN_UNSAFE", "1")
    roles.demand_little()
    monkeypatch.delenv("ANLAN_UNSAFE")
    settings.HTTPS = False
    roles.demand_little()  # on one's own machine it is nobody's business
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert [one.code for one in roles.excess()] == strong


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="root and setpriv are absent"
)
def test_S59_under_an_account_and_a_role_of_its_own_it_serves(realdb: Any) -> None:
    """The same command is refused to root, and works for nobody, who can't touch the program."""
    env = {**realdb.env, "ANLAN_HTTPS": "1", "ANLAN_LANG": "en", "ANLAN_UNSAFE": ""}
    if connection.vendor == "postgresql":
        realdb.anlan("roles")
        env |= {"ANLAN_DATABASE": url_of(realdb, "anlan_app")}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "anlan.config.cli"]
    serve = [*command, "serve", "--port", str(port), "--workers", "1"]
    done = subprocess.run([*command, "worker"], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "isn't served by root" in done.stderr

    for path in (realdb.home, *realdb.home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    # The tests' cluster may forget what it saved. What is too much would then be said only.
    env |= {"ANLAN_UNSAFE": "1"} if connection.vendor == "postgresql" else {}
    process = subprocess.Popen(
        [*AS_NOBODY, *serve], env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        assert _eventually(lambda: _login(port)) == 200, process.poll()
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert f"Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}" in status
    finally:
        process.terminate()
        said = process.communicate(timeout=SECONDS_MAX)[0]
    assert not any(words in said for words in ("root", "may write", "may change")), said
    for folder in (ROOT / "src/anlan", Path(sys.prefix)):
        tried = subprocess.run([*AS_NOBODY, "touch", str(folder / "mine")], capture_output=True)
        assert tried.returncode != 0


def _login(port: int) -> int:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asked.request(
            "GET", "/accounts/login/", headers={"X-Forwarded-Proto": "https", "Host": "localhost"}
        )
        return asked.getresponse().status
    except OSError:
        return 0
    finally:
        asked.close()


def _eventually(ask: Callable[[], int]) -> int:
    deadline = time.monotonic() + SECONDS_MAX
    while not (found := ask()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found
