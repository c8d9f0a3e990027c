"""A migration and the note that it was applied stand in one transaction (F19)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management.commands import migrate
from django.db import connection, migrations, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from anlan.kernel.regions.management.commands import migrate as ours

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
