"""Who was at a meeting, row by row."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0011_milestones")]

    operations = [
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("who", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("present", "was there"),
                            ("leave", "away with leave"),
                            ("sent", "sent somebody else"),
                            ("absent", "away without leave"),
                        ],
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendance",
                        to="campaigns.meeting",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "place"), name="attendance_place")
                ],
            },
        ),
    ]
