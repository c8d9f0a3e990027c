"""The problem list and the measure list get a day of last update each (S036).

What was kept so far mixed the two, and other cases as well: the clock reads the events anew.
"""

from django.db import migrations, models
from django.db.models import F


def read_anew(registry, _editor):
    registry.get_model("lists", "UnitUpdate").objects.update(
        acted_at=None, latest=F("no_change_at"),
        measures_no_change_at=F("no_change_at"), measures_latest=F("no_change_at"),
    )  # fmt: skip
    registry.get_model("lists", "UpdateMark").objects.update(event=0)


class Migration(migrations.Migration):
    dependencies = [("lists", "0004_watching_and_new_activities")]

    operations = [
        *(
            migrations.AddField("unitupdate", name, field)
            for name, field in (
                ("measures_latest", models.DateTimeField(null=True, db_index=True)),
                ("measures_acted_at", models.DateTimeField(null=True)),
                ("measures_no_change_at", models.DateTimeField(null=True)),
                ("measures_told", models.SmallIntegerField(default=0)),
            )
        ),
        migrations.AddField(
            "nochange",
            "which",
            models.CharField(
                max_length=8,
                blank=True,
                default="",
                choices=[
                    ("", "both lists"),
                    ("problems", "problem list"),
                    ("measures", "measure list"),
                ],
            ),
        ),
        migrations.RunPython(read_anew, migrations.RunPython.noop),
    ]
