"""Milestones of tasks, and the catalogue of key tasks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_published_because")]

    operations = [
        migrations.CreateModel(
            name="KeyTask",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="key_task",
                        serialize=False,
                        to="campaigns.task",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("reached_on", models.DateField(null=True)),
                ("told_on", models.DateField(null=True)),
                (
                    "report",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="campaigns.report",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="campaigns.task",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("reached_on", None)),
                        fields=["due_on"],
                        name="milestone_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("task", "place"), name="milestone_place")
                ],
            },
        ),
    ]
