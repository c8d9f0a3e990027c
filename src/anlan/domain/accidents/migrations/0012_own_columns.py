from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accidents", "0011_search")]
    operations = [
        migrations.AddIndex(
            model_name="accident",
            index=models.Index(
                fields=["scope"],
                name="accident_by_scope",
                condition=models.Q(("scope", "work"), _negated=True),
            ),
        ),
        migrations.AddIndex(
            model_name="accident",
            index=models.Index(
                fields=["nature"],
                name="accident_by_nature",
                condition=models.Q(("nature", "general"), _negated=True),
            ),
        ),
        migrations.AddIndex(
            model_name="accident",
            index=models.Index(fields=["type"], name="accident_by_type"),
        ),
    ]
