"""What a letter or notice is about, so that it is found at the hazard it came from."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0001_initial"), ("loop", "0007_event_by_moment")]

    operations = [
        migrations.CreateModel(
            name="About",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loop.case",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="about",
                        to="bulletins.paper",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="about",
            constraint=models.UniqueConstraint(fields=("paper", "case"), name="paper_about_once"),
        ),
    ]
