"""The text index of accidents, with those that are there."""

from django.db import migrations

from anlan.base.textindex import TextIndex, create, drop

TABLE, ROWS = "accidents_search", 2_000


def forward(apps, schema_editor):
    create(TABLE, schema_editor)
    rows = apps.get_model("accidents", "Accident").objects.order_by("pk")
    told = rows.values_list("pk", "title", "place", "enterprise_name", "case__number")
    index, last = TextIndex(TABLE), None
    while part := list((told if last is None else told.filter(pk__gt=last))[:ROWS]):
        index.put((pk, texts) for pk, *texts in part)
        last = part[-1][0]


def backward(apps, schema_editor):
    drop(TABLE, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("accidents", "0010_raising_rules"),
        ("loop", "0001_initial"),
    ]
    operations = [migrations.RunPython(forward, backward)]
