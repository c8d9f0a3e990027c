"""Rows of the audit are only ever added, and carry their transaction where there is one to carry."""

from django.db import migrations

from anlan.kernel.audit.sql import guard_statements, unguard_statements

POSTGRESQL = [
    "ALTER TABLE audit_auditrow ALTER COLUMN tx SET DEFAULT pg_current_xact_id()::text::bigint",
    "CREATE INDEX audit_tx ON audit_auditrow (tx)",
]


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in [*(POSTGRESQL if vendor == "postgresql" else []), *guard_statements(vendor)]:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in unguard_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
