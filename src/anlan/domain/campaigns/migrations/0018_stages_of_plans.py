"""A plan may have stages of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0017_letter_targets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stage",
            name="campaign",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stages",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="stage",
            name="plan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stages",
                to="campaigns.plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                fields=("plan", "place"), name="stage_of_plan_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("campaign__isnull", True), ("plan__isnull", True), _connector="XOR"
                ),
                name="stage_of_campaign_or_plan",
            ),
        ),
    ]
