"""Rules of an office's own that propose to raise an inquiry."""

import django.db.models.deletion
from django.db import migrations, models

import anlan.base.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accidents", "0009_words_of_lists"),
        ("accounts", "0006_central_units"),
        ("regions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RaisingRules",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=anlan.base.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("path", models.CharField(max_length=120)),
                ("version", models.IntegerField()),
                ("rules", models.JSONField(default=list)),
                ("source", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=120)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="regions.region",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("area", "version"), name="raising_rules_once")
                ]
            },
        )
    ]
