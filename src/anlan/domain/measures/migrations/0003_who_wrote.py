"""Each person who wrote of a practice or a plan is kept, so that another one reviews it."""

import django.db.models.deletion
from django.db import migrations, models


def keep_writers(registry, _editor):
    wrote = registry.get_model("measures", "Wrote")
    for name, model in (("practice", "Practice"), ("plan", "MakingPlan")):
        rows = registry.get_model("measures", model).objects.exclude(user_id=None)
        wrote.objects.bulk_create(
            (wrote(**{f"{name}_id": pk}, user_id=user)
             for pk, user in rows.values_list("pk", "user_id").iterator()),
            batch_size=500,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("measures", "0002_reviews_and_plans")]

    operations = [
        migrations.AddField("practice", "version", models.IntegerField(default=1)),
        migrations.CreateModel(
            name="Wrote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                (
                    "plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="writers",
                        to="measures.makingplan",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="writers",
                        to="measures.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("practice__isnull", True), ("plan__isnull", True), _connector="XOR"
                        ),
                        name="wrote_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("practice__isnull", False)),
                        fields=("practice", "user_id"),
                        name="wrote_practice_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("plan__isnull", False)),
                        fields=("plan", "user_id"),
                        name="wrote_plan_once",
                    ),
                ]
            },
        ),
        migrations.RunPython(keep_writers, migrations.RunPython.noop),
    ]
