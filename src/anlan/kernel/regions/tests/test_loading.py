"""What is packed, and that it loads once and whole."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.db.models import F

from anlan.base import paths
from anlan.kernel.regions import loading, packing
from anlan.kernel.regions.loading import load_all
from anlan.kernel.regions.models import (
    Boundary,
    Change,
    Level,
    Lineage,
    Region,
    RegionCode,
    RegionName,
)
from anlan.kernel.regions.queries import by_code, find, lineage_into

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[6] / "shared" / "data"


def test_all_of_china_loads_and_a_second_load_changes_nothing():
    """One test for the whole load, because it takes seconds."""
    seen = []
    load_all(lambda done, total, note: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert seen == sorted(seen)

    now = Region.objects.current()
    of_table = now.filter(level__in=(1, 2, 3))
    assert [of_table.filter(level=n).count() for n in (1, 2, 3)] == [34, 333, 2_847]
    townships = Region.objects.filter(level=Level.TOWNSHIP)
    assert townships.count() == 38_936
    assert townships.exclude(valid_to=None).count() == 213
    yunnan = Region.objects.get(code="530000")
    assert now.below(yunnan).filter(level=Level.PREFECTURE).count() == 16
    assert now.below(yunnan).filter(level=Level.COUNTY).count() == 129
    assert Region.objects.get(level=Level.NATION).code == "000000"
    assert Boundary.objects.filter(is_sketch=True, approval_no="").count() == 16 + 129

    for region in Region.objects.select_related("parent").iterator():
        above = region.parent.path if region.parent else ""
        assert region.path == paths.child_path(above, region.pk)
        assert region.parent is None or region.parent.level < region.level
    assert not now.exclude(parent=None).exclude(parent__valid_to=None).exists()
    # Towns of prefectures without counties, and counties of municipalities, skip a level.
    assert now.filter(parent__code="441900", level=Level.TOWNSHIP).exists()
    assert Region.objects.get(code="110101").parent.code == "110000"

    _assert_codes_are_held_by_one_at_a_time()
    _assert_search_finds()
    before = _everything()
    assert load_all() == loading.Loaded()
    assert _everything() == before


def _everything():
    models = (Region, RegionCode, RegionName, Lineage, Boundary)
    return [model.objects.count() for model in models]


def _assert_codes_are_held_by_one_at_a_time():
    held: dict[str, list[RegionCode]] = {}
    for row in RegionCode.objects.select_related("region"):
        held.setdefault(row.code, []).append(row)
    for rows in held.values():
        rows.sort(key=lambda row: row.valid_from or date.min)
        for one, following in pairwise(rows):
            assert one.valid_to < following.valid_from, one.code
        for row in rows:
            if row.valid_to is None:
                assert row.region.code == row.code
                assert row.region.valid_to is None
    assert not Region.objects.current().exclude(codes__valid_to=None).exists()


def _assert_search_finds():
    assert [region.full_name for region in find("昆明五华")] == ["云南省昆明市五华区"]
    assert {region.code for region in find("五华")} == {"441424", "530102"}


def test_a_code_belongs_to_whoever_held_it_that_day():
    """530121 was 安宁 until 1981, 呈贡 until 2011, and is nobody's today."""
    assert by_code("530121", date(1981, 6, 1)).name == "安宁市"
    assert by_code("530121", date(1990, 6, 1)).name == "呈贡区"
    assert by_code("530121").name == "呈贡区"
    assert by_code("530123", date(1990, 6, 1)) == by_code("530181")
    # In the year of a change the old code is still understood.
    assert by_code("530121", date(2011, 6, 1)) == by_code("530114", date(2011, 6, 1))


def test_a_rename_keeps_its_region_and_its_former_names():
    shilin = by_code("530126")
    names = list(shilin.names.order_by("valid_from").values_list("name", flat=True))
    assert sorted(names) == sorted(["路南彝族自治县", "石林彝族自治县"])


def test_an_abolished_place_ended_and_says_who_followed():
    """沾益县 was abolished in 1983 and founded again in 1997; 东川市 became a district in 1998."""
    dongchuan = Region.objects.get(name="东川市")
    assert dongchuan.valid_to == date(1998, 12, 31)
    into = Lineage.objects.get(old=dongchuan)
    assert into.new.name == "东川区"
    assert into.kind == Change.SPLIT  # A prefecture: its counties may have gone elsewhere.
    assert dongchuan.pk in lineage_into(into.new).undivided
    zhanyi = Region.objects.filter(name="沾益县", valid_to=date(1983, 12, 31))
    assert zhanyi.count() == 1
    assert (
        not Lineage.objects.filter(old=F("new"))
        .exclude(kind__in=(Change.RENAME, Change.RECODE))
        .exists()
    )


def test_what_an_office_changed_is_not_loaded_over():
    Region.objects.filter(code="530102").update(name="五华")
    load_all(provinces=("53",))
    assert Region.objects.get(code="530102").name == "五华"


def test_areas_that_an_office_adds_get_ids_above_the_packed_ones():
    load_all(provinces=("53",))
    parent = Region.objects.get(code="530102")
    added = Region.objects.create(
        code="530102-Z1", name="x", full_name="x", level=4, parent=parent, path="x/"
    )
    assert added.pk > loading.PACKED_IDS


@pytest.mark.once
def test_the_packed_files_are_what_the_tables_give(tmp_path):
    if not SHARED.is_dir():
        pytest.skip("shared material is absent")
    counts = packing.pack(SHARED, tmp_path)
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (loading.DATA / made.name).read_bytes(), made.name
    assert counts == loading.expected()
    # Each row of the history was either used or counted as left open.
    assert counts["history"]["contradicted"] == 2
    assert counts["history"]["vanished"] == 4
    assert counts["history"]["free text"] == 60


def test_the_packed_counts():
    counts = loading.expected()
    assert [counts[key] for key in ("province", "prefecture", "county")] == [34, 333, 2_847]
    assert (counts["township"], counts["township_abolished"]) == (38_936, 213)
    with gzip.open(loading.DATA / "regions.csv.gz", "rt", encoding="utf-8") as file:
        ids = [int(row["id"]) for row in csv.DictReader(file)]
    assert ids == list(range(1, len(ids) + 1))
    assert max(ids) < loading.PACKED_IDS
