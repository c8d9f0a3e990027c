"""The unit of a side of a duty letter, which sees its own score."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_central_units"),
        ("assessments", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="score",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.unit",
            ),
        ),
    ]
