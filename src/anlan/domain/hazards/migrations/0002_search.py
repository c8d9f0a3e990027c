"""The text index: FTS5 on SQLite, a tsvector under GIN on PostgreSQL; both hold bigrams."""

from django.db import migrations

POSTGRESQL = [
    "CREATE TABLE hazards_search (case_id uuid PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX hazards_search_words ON hazards_search USING gin (words)",
]
SQLITE = [
    "CREATE TABLE hazards_searchkey (id INTEGER PRIMARY KEY, case_id char(32) NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE hazards_search USING fts5(words, tokenize='unicode61')",
]


def forward(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backward(apps, schema_editor):
    schema_editor.execute("DROP TABLE hazards_search")
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE hazards_searchkey")


class Migration(migrations.Migration):
    dependencies = [("hazards", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
