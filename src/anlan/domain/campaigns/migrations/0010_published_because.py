"""Why a plan was published though its days don't fit or elements lack."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_task_records")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="published_because",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
