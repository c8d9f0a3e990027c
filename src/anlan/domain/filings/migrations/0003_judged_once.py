"""Whether a filing was in time is judged once: the worker goes over those that are there."""

from typing import Any

from django.db import migrations
from django.utils import timezone

TASK = "filings.judge"


def have_judged(apps: Any, _editor: Any) -> None:
    if apps.get_model("filings", "Filing").objects.exists():
        apps.get_model("jobs", "Job").objects.create(
            task=TASK, key=TASK, attempts_max=5, actor="clock", trusted=True,
            created_at=timezone.now(),
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("filings", "0002_vague_amounts"), ("jobs", "0001_initial")]

    operations = [migrations.RunPython(have_judged, migrations.RunPython.noop)]
