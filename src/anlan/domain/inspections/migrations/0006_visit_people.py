"""A visit says how many took part and why, and keeps the team that it was counted for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_central_units"),
        ("inspections", "0005_remote_checks"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="experts",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="officers",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="team_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("planned", "planned"),
                    ("drawn", "drawn at random"),
                    ("recheck", "recheck of a rectification"),
                    ("tipoff", "to look into a tip-off"),
                    ("other", "other"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("officers", None), ("officers__range", (0, 999)), _connector="OR"
                ),
                name="visit_officers",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("experts", None), ("experts__range", (0, 999)), _connector="OR"
                ),
                name="visit_experts",
            ),
        ),
    ]
