import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accidents", "0006_imports"),
        ("loop", "0007_event_by_moment"),
    ]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="case",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followup",
                to="loop.case",
            ),
        ),
    ]
