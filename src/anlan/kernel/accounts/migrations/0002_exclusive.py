"""Who administrates holds no other role, whoever writes the row (S16)."""

from django.db import migrations

from anlan.kernel.accounts.sql import exclusive_statements, inclusive_statements


def guard(apps, schema_editor):
    for statement in exclusive_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in inclusive_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
