"""Which issued paper a later one puts right: both stay, and each leads to the other."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0003_press_and_reports")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="bulletins.paper",
            ),
        ),
    ]
