import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accidents", "0012_own_columns"), ("hazards", "0007_leftover_case")]
    operations = [
        migrations.CreateModel(
            name="FoundHazard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hazards",
                        to="accidents.followup",
                    ),
                ),
                (
                    "hazard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.hazard",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="foundhazard",
            constraint=models.UniqueConstraint(
                fields=("followup", "hazard"), name="found_hazard_once"
            ),
        ),
    ]
