"""A return keeps the day that its rule states: the calendar may move the day it is due on."""

import calendar
from datetime import date, timedelta

from django.db import migrations, models

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
#: No day moves further.
MOVED_DAYS_MAX = 60


def states(rule, day):
    """Whether the rule states this day."""
    if rule["every"] == "week":
        return day.isoweekday() == rule["day"]
    end = calendar.monthrange(day.year, day.month)[1]
    if rule["every"] == "dates":
        return any(
            day.month == month and day.day == min(number, end) for month, number in rule["dates"]
        )
    if (day.month - 1) % MONTHS[rule["every"]] != rule["month"] - 1:
        return False
    return day.day == (min(rule["day"], end) if rule["day"] else end)


def stated(rule, due_on, taken):
    """The last day that the rule states up to ``due_on``; where it is taken, the day itself."""
    last = due_on if rule["includes_day"] else due_on + timedelta(1)
    reach = MOVED_DAYS_MAX if rule["rest_day"] == "moves" else 1
    near = (last - timedelta(n) for n in range(reach))
    day = next((day for day in near if states(rule, day)), due_on)
    if day in taken:
        day = due_on
    # Of two that were asked for one period, each keeps a day of its own.
    while day in taken:
        day -= timedelta(1)
    return day


def fill(apps, schema_editor):
    duty_of, return_of = (apps.get_model("campaigns", name) for name in ("Duty", "Return"))
    for duty in duty_of.objects.order_by("pk").iterator():
        rows = return_of.objects.filter(duty=duty)
        taken: set[date] = set()
        for due_on in sorted(set(rows.values_list("due_on", flat=True))):
            day = stated(duty.rule, due_on, taken)
            taken.add(day)
            rows.filter(due_on=due_on).update(stated_on=day)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_meetings")]

    operations = [
        migrations.AddField("return", "stated_on", models.DateField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("return", "stated_on", models.DateField()),
        migrations.RemoveConstraint("return", "return_once"),
        migrations.AddConstraint(
            "return",
            models.UniqueConstraint(
                fields=["duty", "unit", "stated_on"], name="return_once_stated"
            ),
        ),
    ]
