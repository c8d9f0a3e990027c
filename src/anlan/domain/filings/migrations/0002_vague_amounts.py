"""Amounts that are told as bounds, on items that may be told so (S311)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("filings", "0001_initial")]

    operations = [
        migrations.AddField("item", "vague", models.BooleanField(default=False)),
        migrations.AddField(
            "declared", "said", models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField("declared", "low", models.BigIntegerField(null=True)),
        migrations.AddField("declared", "high", models.BigIntegerField(null=True)),
    ]  # fmt: skip
