"""One visit may belong to a task, without the sweep that it is of."""

import django.db.models.deletion
from django.db import migrations, models


def only(kind: str) -> models.Q:
    return models.Q(*((f"{one}__isnull", one != kind) for one in ("case", "sweep", "visit")))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0019_root_of_plans"), ("inspections", "0005_remote_checks")]

    operations = [
        migrations.RemoveConstraint(model_name="taskrecord", name="task_record_is_one"),
        migrations.AddField(
            model_name="taskrecord",
            name="visit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inspections.visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("visit__isnull", False)),
                fields=("task", "visit"),
                name="task_visit_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskrecord",
            constraint=models.CheckConstraint(
                condition=only("case") | only("sweep") | only("visit"), name="task_record_is_one"
            ),
        ),
    ]
