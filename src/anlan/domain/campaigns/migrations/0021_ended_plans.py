"""A plan is ended: when, by whom and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0020_single_visits")]

    operations = [
        migrations.AddField(
            model_name="plan", name="ended_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="plan",
            name="ended_by",
            field=models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="plan",
            name="ended_because",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
