"""The shipped sectors, who regulates them by default, and the headings of the national plan."""

import csv
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(apps, schema_editor):
    sector, regulator, sector_map = (
        apps.get_model("accounts", name) for name in ("Sector", "Regulator", "SectorMap")
    )
    shipped = rows("sectors.csv")
    sector.objects.bulk_create(
        sector(code=row["code"], name=row["name"], order=order)
        for order, row in enumerate(shipped, start=1)
    )
    regulator.objects.bulk_create(
        regulator(sector_id=row["code"], department=name, basis=row["basis"])
        for row in shipped
        for name in row["departments"].split(";")
    )
    sector_map.objects.bulk_create(
        sector_map(
            plan=row["plan"],
            sector_id=code,
            plan_code=row["plan_code"],
            plan_name=row["plan_name"],
            order=int(row["order"]),
            valid_from=date.fromisoformat(row["valid_from"]),
        )
        for row in rows("plan_sectors.csv")
        for code in row["sectors"].split(";")
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_exclusive")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
