"""Visits from before keep the team that their subject has now: so they would be taken back."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def keep_teams(apps: Any, _editor: Any) -> None:
    targets = apps.get_model("inspections", "Target").objects.filter(pk=OuterRef("target"))
    visits = apps.get_model("inspections", "Visit").objects.all()
    visits.update(team_id=Subquery(targets.values("unit")[:1]))


class Migration(migrations.Migration):
    dependencies = [("inspections", "0006_visit_people")]

    operations = [migrations.RunPython(keep_teams, migrations.RunPython.noop)]
