"""The numbers that a duty letter undertakes, by mid-year and by the year's end."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0016_working_turns"),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("indicator", models.CharField(blank=True, max_length=60)),
                ("at_most", models.BooleanField()),
                ("mid", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("end", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "letter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="campaigns.letter",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("letter", "place"), name="letter_target_place"),
                    models.UniqueConstraint(fields=("letter", "name"), name="letter_target_once"),
                ],
            },
        ),
    ]
