"""Facts are only ever added, and on PostgreSQL they carry their transaction's number."""

from django.db import migrations
from django.utils import timezone

REASON = "facts are only ever added"
GUARDED = ("facts_fact", "facts_kind", "facts_labelset", "facts_labelvalue", "facts_fold")
CELLS = ("facts_monthcell", "facts_daycell")

POSTGRESQL = [
    # As facts/sql/clusters.py offset_statements() writes them, with no offset yet.
    "CREATE FUNCTION facts_tx() RETURNS bigint LANGUAGE sql AS "
    "'SELECT 0 + pg_current_xact_id()::text::bigint'",
    "CREATE FUNCTION facts_mark() RETURNS bigint LANGUAGE sql AS "
    "'SELECT 0 + pg_snapshot_xmin(pg_current_snapshot())::text::bigint'",
    "ALTER TABLE facts_fact ALTER COLUMN tx SET DEFAULT facts_tx()",
    "CREATE INDEX fact_tx ON facts_fact (tx)",
    # Cells of the current month are updated every second: room on the page spares the index.
    *(f"ALTER TABLE {table} SET (fillfactor = 70)" for table in CELLS),
    f"CREATE FUNCTION facts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REASON}'; END $$",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION facts_refuse()"
        for table in GUARDED
    ),
]
SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{REASON}'); END"
    for table in GUARDED
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL_BACK = [
    *(f"DROP TRIGGER {table}_append_only ON {table}" for table in GUARDED),
    "DROP FUNCTION facts_refuse()",
    *(f"ALTER TABLE {table} RESET (fillfactor)" for table in CELLS),
    "DROP INDEX fact_tx",
    "ALTER TABLE facts_fact ALTER COLUMN tx SET DEFAULT 0",
    "DROP FUNCTION facts_mark()",
    "DROP FUNCTION facts_tx()",
]
SQLITE_BACK = [
    f"DROP TRIGGER {table}_no_{verb}" for table in GUARDED for verb in ("update", "delete")
]


def guard(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement)
    identifier = "sqlite"
    if postgresql:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
            identifier = cursor.fetchone()[0]
    apps.get_model("facts", "Cluster").objects.create(
        identifier=identifier, tx_offset=0, since=timezone.now()
    )


def unguard(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_BACK if postgresql else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("facts", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
