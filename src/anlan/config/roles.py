"""./anlan roles: who may do what in PostgreSQL, and what whoever serves must not be able to (S59).

The owner migrates, restores and purges. Pages are served by a role that may neither change the
structure nor what is only ever added to, under an account that isn't root and can't write the code.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import ProgrammingError, connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import InsufficientPrivilege

from anlan.base.refusal import Refusal
from anlan.config.cli_say import emit, say
from anlan.kernel.facts import cluster

STATEMENTS = Path(__file__).resolve().parents[3] / "docs/howto/postgresql-roles.sql"
APP = "anlan_app"
ROLES = (APP, "anlan_read", "anlan_audit")
#: Says in the home that this installation's database has them.
MARK = "roles"
#: Could this role change the structure, or take away what is only ever added to?
STRONG = r"""
    SELECT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
        OR has_schema_privilege(current_user, 'public', 'CREATE')
        OR EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
                   AND relkind IN ('r', 'p') AND pg_has_role(current_user, relowner, 'USAGE'))
        OR EXISTS (SELECT FROM pg_trigger WHERE tgname LIKE '%\_append\_only'
                   AND has_table_privilege(current_user, tgrelid, 'DELETE, TRUNCATE, TRIGGER'))
"""


class NoRoles(Refusal):
    code = "no_roles"
    message = gettext_lazy(
        "SQLite knows no roles: whoever reads its file may do everything. Choose PostgreSQL by "
        "ANLAN_DATABASE, with the role that owns the database."
    )


class OwnerWanted(Refusal):
    code = "owner_wanted"
    message = gettext_lazy(
        "The role %(role)s may not change the database's structure, and it must change now. "
        "Run ./anlan roles with the ANLAN_DATABASE of the database's owner, then start again."
    )


class RolesNotMade(Refusal):
    code = "roles_not_made"
    message = gettext_lazy(
        "%(role)s may not make roles. Have whoever runs PostgreSQL make them once (CREATE ROLE "
        "%(wanted)s LOGIN, each), then run ./anlan roles again."
    )


class ServedByRoot(Refusal):
    code = "served_by_root"
    message = gettext_lazy(
        "In production Anlan isn't served by root: whoever broke into it would have the machine. "
        "Give it an account of its own (docs/howto/anlan.service); for a trial set ANLAN_UNSAFE=1."
    )


class CodeWritable(Refusal):
    code = "code_writable"
    message = gettext_lazy(
        "The account that serves may write %(folder)s, so whoever broke into it could change the "
        "program. Give the folder to root (chown -R root, chmod -R go-w); for a trial set "
        "ANLAN_UNSAFE=1."
    )


class ServedByOwner(Refusal):
    code = "served_by_owner"
    message = gettext_lazy(
        "The role %(role)s in ANLAN_DATABASE may change the database's structure and its record. "
        "Run ./anlan roles once and serve as anlan_app; for a trial set ANLAN_UNSAFE=1."
    )


def main(args: Namespace) -> int:
    """Make the roles, or put right what they may do. Ran as the owner, who was migrating."""
    if connection.vendor != "postgresql":
        raise NoRoles
    demand_owner()
    try:
        _apply()
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        owner = connection.settings_dict["USER"]
        raise RolesNotMade(role=owner, wanted=", ".join(ROLES)) from None
    cluster.adopt()
    (settings.HOME / MARK).touch(mode=0o600)
    if args.json:
        emit({"roles": list(ROLES)})
    say(
        _("The roles %(roles)s are ready. Give each a password (psql: \\password %(app)s), and put "
          "%(app)s into the ANLAN_DATABASE of serve and worker.")
        % {"roles": ", ".join(ROLES), "app": APP}
    )  # fmt: skip
    return 0


def refresh() -> None:
    """After a migration or a restore: give the roles what is new, where there are roles.

    A cluster may serve several installations, and one's roles have no business with another.
    """
    if connection.vendor == "postgresql" and (settings.HOME / MARK).exists() and _owner():
        _apply()


def demand_owner() -> None:
    """Raises OwnerWanted for a role that can't migrate."""
    if connection.vendor == "postgresql" and not _owner():
        raise OwnerWanted(role=connection.settings_dict["USER"])


def demand_little() -> None:
    """Raises the first reason why this process shouldn't serve in production.

    Behind TLS it is production; on one's own machine, and with ANLAN_UNSAFE=1, it is said only.
    """
    for reason in excess():
        if settings.HTTPS and os.environ.get("ANLAN_UNSAFE") != "1":
            raise reason
        if settings.HTTPS:
            say(reason)


def excess() -> Iterator[Refusal]:
    """What this process could do that serving doesn't need."""
    if os.geteuid() == 0:
        yield ServedByRoot()
    for folder in (settings.PACKAGE, Path(sys.prefix)):
        if os.access(folder, os.W_OK):
            yield CodeWritable(folder=folder)
    if connection.vendor == "postgresql" and _one(STRONG):
        yield ServedByOwner(role=connection.settings_dict["USER"])


def _owner() -> bool:
    return _one("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")


def _apply() -> None:
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS.read_text(encoding="utf-8"))


def _one(statement: str, values: list[Any] | None = None) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.fetchone()[0])
