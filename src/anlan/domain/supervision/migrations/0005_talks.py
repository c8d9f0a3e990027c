"""Whom talks were held with is counted from now on: the worker counts those that were held."""

from typing import Any

from django.db import migrations
from django.utils import timezone

TASK = "supervision.talks"


def have_counted(apps: Any, _editor: Any) -> None:
    talks = apps.get_model("loop", "Proposal").objects.filter(rung=3, status="carried_out")
    if talks.exists():
        apps.get_model("jobs", "Job").objects.create(
            task=TASK, key=TASK, attempts_max=5, actor="clock", trusted=True,
            created_at=timezone.now(),
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0004_seals"),
        ("jobs", "0001_initial"),
        ("loop", "0007_event_by_moment"),
    ]

    operations = [migrations.RunPython(have_counted, migrations.RunPython.noop)]
