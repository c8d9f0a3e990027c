"""``migrate`` that goes on where it was killed, at whatever statement that was (F19).

Django makes a migration's indexes at the end of its transaction and notes that it was applied in
the next one. Killed between the two, a database has the tables and doesn't know it: it would refuse
to make them again for ever. Here both stand in one transaction.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor


class Executor(MigrationExecutor):
    def apply_migration(
        self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        if fake or fake_initial or not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        if self.progress_callback:
            self.progress_callback("apply_start", migration, fake)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            for sql in editor.deferred_sql:
                editor.execute(sql, None)
            editor.deferred_sql.clear()
            self.record_migration(migration)  # type: ignore[call-arg]  # Stubs of an older Django.
        if self.progress_callback:
            self.progress_callback("apply_success", migration, fake)
        return state


# The command looks its executor up by this name.
vars(migrate)["MigrationExecutor"] = Executor


class Command(migrate.Command):
    pass
