"""The list of accidents by their deaths is read by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accidents", "0007_followup_cases")]

    operations = [
        migrations.AddIndex(
            "accident", models.Index(fields=["-deaths", "-case"], name="accident_by_deaths")
        )
    ]
