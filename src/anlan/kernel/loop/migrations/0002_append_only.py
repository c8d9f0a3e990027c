"""Events are history: the database itself refuses to change or drop one."""

from django.db import migrations

REASON = "loop_event is append-only"
POSTGRESQL = f"""
CREATE FUNCTION loop_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REASON}'; END $$;
CREATE TRIGGER loop_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loop_event
    FOR EACH STATEMENT EXECUTE FUNCTION loop_event_refuse();
"""
SQLITE = [
    f"CREATE TRIGGER loop_event_no_update BEFORE UPDATE ON loop_event BEGIN SELECT RAISE(ABORT, '{REASON}'); END",
    f"CREATE TRIGGER loop_event_no_delete BEFORE DELETE ON loop_event BEGIN SELECT RAISE(ABORT, '{REASON}'); END",
]


def forward(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def backward(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER loop_event_append_only ON loop_event")
        schema_editor.execute("DROP FUNCTION loop_event_refuse()")
    else:
        schema_editor.execute("DROP TRIGGER loop_event_no_update")
        schema_editor.execute("DROP TRIGGER loop_event_no_delete")


class Migration(migrations.Migration):
    dependencies = [("loop", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
