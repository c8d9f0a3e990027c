"""Cases of the library get tags: kind of hazard, industry, region, the office's own (S345)."""

import django.db.models.deletion
from django.db import migrations, models

COUNTY = 3


def say_where(registry, _editor):
    """The county around each problem that was told so far."""
    case = registry.get_model("lists", "LibraryCase")
    region = registry.get_model("regions", "Region")
    for row in case.objects.filter(region=None).select_related("item__case__area").iterator():
        place = row.item.case.area
        ids = [int(part) for part in place.path.split("/") if part]
        around = region.objects.filter(pk__in=ids, level__lte=COUNTY).order_by("-level").first()
        case.objects.filter(pk=row.pk).update(region=around or place)


class Migration(migrations.Migration):
    dependencies = [("lists", "0005_a_day_for_each_list"), ("regions", "__first__")]

    operations = [
        migrations.AddField(
            "librarycase", "hazard_kinds", models.CharField(max_length=211, blank=True, default="")
        ),
        migrations.AddField(
            "librarycase", "tags", models.CharField(max_length=211, blank=True, default="")
        ),
        migrations.AddField(
            "librarycase", "industry", models.CharField(max_length=1, blank=True, default="")
        ),
        migrations.AddField(
            "librarycase",
            "region",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="regions.region",
            ),
        ),
        migrations.RunPython(say_where, migrations.RunPython.noop),
    ]
