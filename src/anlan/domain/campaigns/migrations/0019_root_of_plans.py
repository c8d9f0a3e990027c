"""A plan knows the one from which it was broken down in the end."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

AT_ONCE = 500


def find_roots(apps: Any, _editor: Any) -> None:
    plans = apps.get_model("campaigns", "Plan").objects
    above = dict(plans.exclude(parent=None).values_list("pk", "parent"))
    by_root: dict[Any, list[Any]] = {}
    for pk, parent in above.items():
        while parent in above:
            parent = above[parent]
        by_root.setdefault(parent, []).append(pk)
    for root, pks in by_root.items():
        for start in range(0, len(pks), AT_ONCE):
            plans.filter(pk__in=pks[start : start + AT_ONCE]).update(root=root)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0018_stages_of_plans")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="root",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.plan",
            ),
        ),
        migrations.RunPython(find_roots, migrations.RunPython.noop),
    ]
