"""``migrate`` that goes on where it was killed, at whatever statement that was (F19).

Django makes a migration's indexes at the end of its transaction and notes that it was applied in
the next one. Killed between the two, a database has the tables and doesn't know it: it would refuse
to make them again for ever. Here both stand in one transaction.

And without making the same classes again and again: for each new table and index Django renders
every model that is related to it by any way, which in one house is nearly all of them. That was
four fifths of the time in which an empty database is prepared.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class State(ProjectState):
    """Changes the classes that are there where a change concerns nothing but one of them.

    The state before an operation shares those classes: it sees a relation to a table, or an index,
    that isn't there yet. No operation on a database looks for either on that side: it asks the
    state before for fields, and for the recorded options, which are not shared.
    """

    def clone(self) -> ProjectState:
        return as_ours(super().clone())

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        rendered = "apps" in vars(self)
        if rendered and model_name not in self.apps.all_models[app_label]:
            self.apps.render_multiple([self.models[app_label, model_name]])
        else:
            super().reload_model(app_label, model_name, delay)

    def _append_option(self, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        options = self.models[app_label, model_name].options
        options[option_name] = [*options.get(option_name, []), obj]
        if "apps" in vars(self):
            model = self.apps.get_model(app_label, model_name)
            setattr(model._meta, option_name, list(options[option_name]))


def as_ours(state: ProjectState) -> ProjectState:
    # Django makes them itself, of its own class.
    state.__class__ = State
    return state


class Executor(MigrationExecutor):
    def _create_project_state(self, with_applied_migrations: bool = False) -> ProjectState:
        return as_ours(super()._create_project_state(with_applied_migrations))  # type: ignore[misc]

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
