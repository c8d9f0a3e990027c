"""Lines that carry out items of other plans, and kinds of plans beside a campaign's own."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("master", "master plan"),
    ("topic", "topic plan"),
    ("sector", "sector plan"),
    ("yearly", "key points of a year"),
    ("package", "package of measures"),
    ("beside", "plan beside the campaign’s own"),
    ("other", "another plan"),
    ("text", "text from above"),
]


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_stated_days")]

    operations = [
        # Choices alone: no statement is sent for these.
        migrations.AlterField("plan", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.AlterField("expected", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.CreateModel(
            name="Derived",
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="derived",
                        to="campaigns.line",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="derives_from",
                        to="campaigns.line",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("line", "item"), name="derived_once"),
                    models.CheckConstraint(
                        condition=models.Q(("line", models.F("item")), _negated=True),
                        name="derived_from_another",
                    ),
                ],
            },
        ),
    ]
