"""A migration and the note that it was applied stand in one transaction (F19)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps as django_apps
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from anlan.kernel.regions.management.commands import migrate as ours
from tests.upgrade.test_drill import empty

TABLE = "regions_halfway"


class Made(migrations.Migration):
    operations = [
        migrations.CreateModel(
            name="Halfway",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("code", models.CharField(max_length=9, db_index=True)),
            ],
            # Made at the transaction's end, where Django would note the migration after it.
            options={"indexes": [models.Index(fields=["code"], name="halfway_code")]},
        )
    ]


def _noted() -> bool:
    return ("regions", "0999_halfway") in MigrationRecorder(connection).applied_migrations()


@pytest.mark.realdb
def test_F19_what_dies_while_noting_a_migration_leaves_nothing_of_it(
    realdb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor, made = ours.Executor(connection), Made("0999_halfway", "regions")

    def die(_migration: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(executor, "record_migration", die)
        with pytest.raises(KeyboardInterrupt):
            executor.apply_migration(ProjectState(), made)
    assert TABLE not in connection.introspection.table_names()
    assert not _noted()
    try:
        executor.apply_migration(ProjectState(), made)
        assert TABLE in connection.introspection.table_names()
        assert _noted()
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, TABLE)
        assert "halfway_code" in found
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {TABLE}")
        MigrationRecorder(connection).record_unapplied("regions", "0999_halfway")


def test_the_command_takes_our_executor() -> None:
    assert vars(migrate)["MigrationExecutor"] is ours.Executor


#: All that a migration can make, by name.
SCHEMA = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master"],
    "postgresql": [
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,"
        " column_default, collation_name FROM information_schema.columns"
        " WHERE table_schema = 'public'",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal",
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ],
}


def _schema() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        found = []
        for statement in SCHEMA[connection.vendor]:
            cursor.execute(statement)
            found += [tuple(map(str, row)) for row in cursor.fetchall()]
    return sorted(found)


@pytest.mark.faults
@pytest.mark.realdb
def test_an_empty_database_becomes_the_same_as_by_djangos_own_way(
    realdb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours renders fewer classes on the way; ``migrate`` by Django takes four times as long."""
    schemas = []
    for executor in (ours.Executor, MigrationExecutor):
        empty(realdb)
        monkeypatch.setitem(vars(migrate), "MigrationExecutor", executor)
        call_command("migrate", verbosity=0, interactive=False)
        schemas.append(_schema())
        connection.close()
    assert schemas[0] == schemas[1]
    assert len(schemas[0]) > len(django_apps.get_models())
