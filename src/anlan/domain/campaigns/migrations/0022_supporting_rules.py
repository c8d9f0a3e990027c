"""Which texts of the library, and which measures, support what a plan asks for."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0021_ended_plans"),
        ("library", "0001_initial"),
        ("measures", "0003_who_wrote"),
    ]

    operations = [
        migrations.CreateModel(
            name="SupportingRule",
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
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supported_by",
                        to="campaigns.line",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="library.text",
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="measures.measure",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            ("text__isnull", True), ("measure__isnull", True), _connector="XOR"
                        ),
                        name="supporting_one",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("text__isnull", False)),
                        fields=("line", "text"),
                        name="supporting_text_once",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("measure__isnull", False)),
                        fields=("line", "measure"),
                        name="supporting_measure_once",
                    ),
                ],
            },
        ),
    ]
