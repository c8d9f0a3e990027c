"""Records of daily work that belong to tasks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_shared_tasks"),
        ("inspections", "0003_seals"),
        ("loop", "0007_event_by_moment"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaskRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=120)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loop.case",
                    ),
                ),
                (
                    "sweep",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inspections.sweep",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="campaigns.task",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("case__isnull", False)),
                        fields=("task", "case"),
                        name="task_case_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sweep__isnull", False)),
                        fields=("task", "sweep"),
                        name="task_sweep_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("case__isnull", True))
                        ^ models.Q(("sweep__isnull", True)),
                        name="task_record_is_one",
                    ),
                ],
            },
        ),
    ]
