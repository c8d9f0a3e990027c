"""What a source's list tells is entered once."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accidents", "0008_accidents_by_deaths")]

    operations = [
        migrations.AddField("word", "key", models.CharField(blank=True, default="", max_length=80),
                            preserve_default=False),
        migrations.AddConstraint(
            "word",
            models.UniqueConstraint(
                fields=["unit", "source", "key"], condition=~Q(key=""), name="word_once"
            ),
        ),
    ]  # fmt: skip
