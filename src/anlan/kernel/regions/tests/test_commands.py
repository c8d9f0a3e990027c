"""Changing regions: what stays, what ends, who follows, and that it is on record."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions import boundaries, commands, queries
from anlan.kernel.regions.commands import NewArea, Paper
from anlan.kernel.regions.models import (
    AssessmentNode,
    Boundary,
    Change,
    Level,
    Lineage,
    Region,
    RegionCode,
)
from anlan.kernel.regions.queries import by_code, lineage_into

pytestmark = pytest.mark.django_db

AT = datetime(2024, 7, 1, 2, tzinfo=UTC)
DAY = date(2024, 6, 1)
BY = Actor(user_id=None, name="test", trusted=True)
ACT = {"by": BY, "at": AT}


def region(code):
    return by_code(code)


def zone(name="呈贡工业园", parent="530100", **more):
    area = NewArea(name, region(parent), Level.COUNTY, kind="开发区", is_division=False, **more)
    return commands.add_area(area, **ACT)


def rows_about(pk):
    return list(AuditRow.objects.filter(object_id=str(pk)).values_list("action", flat=True))


def test_a_development_zone_is_an_area_like_any_other():
    made = zone()
    assert made.code == "530100-Z1"
    assert zone("经开区").code == "530100-Z2"
    assert made.full_name == "云南省昆明市呈贡工业园"
    assert made.path == f"{made.parent.path}{made.pk}/"
    assert not made.is_division
    assert queries.find("cggyy", within=region("530100")) == [made]
    assert by_code("530100-Z1") == made
    assert rows_about(made.pk) == ["region.add"]


def test_villages_and_grids_can_be_added():
    village = commands.add_area(
        NewArea("大普吉村", region("530102001"), Level.VILLAGE, code="530102001201"), **ACT
    )
    grid = commands.add_area(NewArea("第一网格", village, Level.GRID), **ACT)
    assert grid.full_name == "云南省昆明市五华区护国街道大普吉村第一网格"
    assert [r.level for r in queries.ancestors(grid)] == [0, 1, 2, 3, 4, 5]


def test_what_can_not_be_added_is_refused(refused):
    with refused("region_code_taken"):
        zone(code="530102")
    for code in ("5", "五华", "a-1", "1" * 21, "530~1"):
        with refused("region_code_unreadable"):
            zone(code=code)
    with refused("region_level_wrong"):
        commands.add_area(NewArea("x", region("530102"), Level.COUNTY), **ACT)
    with refused("region_name_missing"):
        zone("  ")
    with refused("region_day_unfit"):
        commands.add_area(NewArea("x", region("530102"), 4), day=date(2024, 7, 2), **ACT)


def test_a_rename_keeps_the_id_and_takes_the_children_along():
    wuhua = region("530102")
    paper = Paper("省政府公报", "云政复〔2024〕1号")
    commands.rename(wuhua, "新五华区", day=DAY, paper=paper, **ACT)
    after = Region.objects.get(pk=wuhua.pk)
    assert after.full_name == "云南省昆明市新五华区"
    assert after.initials == "xwhq"
    assert region("530102001").full_name == "云南省昆明市新五华区护国街道"
    assert region("530103").full_name == "云南省昆明市盘龙区"
    assert queries.name_on(after, date(2024, 5, 31)) == "五华区"
    assert queries.name_on(after, DAY) == "新五华区"
    said = Lineage.objects.get(old=wuhua, new=wuhua, day=DAY)
    assert (said.kind, said.doc_no) == (Change.RENAME, "云政复〔2024〕1号")
    assert rows_about(wuhua.pk) == ["region.rename"]
    # A typing error, mended on the same day.
    commands.rename(after, "五华新区", day=DAY, **ACT)
    assert queries.name_on(after, DAY) == "五华新区"


def test_a_new_code_keeps_the_id_and_the_old_code_is_still_understood():
    wuhua = region("530102")
    commands.recode(wuhua, "530199", day=DAY, **ACT)
    assert by_code("530199") == wuhua
    assert by_code("530102") == wuhua  # Nobody else took it.
    assert by_code("530102", date(2024, 5, 31)) == wuhua
    with pytest.raises(queries.RegionUnknown):
        by_code("530199", date(2024, 5, 31))
    commands.recode(region("530103"), "530102", day=date(2024, 6, 2), **ACT)
    assert by_code("530102").name == "盘龙区"
    assert by_code("530102", date(2024, 5, 31)) == wuhua


def test_one_code_has_one_holder_by_the_databases_word():
    with pytest.raises(IntegrityError), transaction.atomic():
        RegionCode.objects.create(region=region("530103"), code="530102")


def test_a_region_with_children_can_not_just_end(refused):
    with refused("region_children_left"):
        commands.end(region("530102"), day=DAY, **ACT)
    street = region("530102001")
    commands.end(street, day=DAY, **ACT)
    assert Region.objects.get(pk=street.pk).valid_to == date(2024, 5, 31)
    with refused("region_ended"):
        commands.rename(street, "x", day=DAY, **ACT)
    with refused("region_day_unfit"):
        commands.end(region("530102002"), day=date(2024, 7, 2), **ACT)


def test_a_merge_makes_a_new_region_and_the_streets_move_along():
    wuhua, panlong = region("530102"), region("530103")
    streets = [r.name for r in (*queries.children(wuhua), *queries.children(panlong))]
    street = region("530102001")
    area = NewArea("中心区", region("530100"), Level.COUNTY, code="530102", kind="市辖区")
    done = commands.reform(Change.MERGE, [wuhua, panlong], [area], day=DAY, **ACT)
    new = done.new[0]
    assert by_code("530102") == new
    assert by_code("530102", date(2024, 5, 31)) == wuhua
    assert sorted(r.name for r in queries.children(new)) == sorted(streets)
    moved = by_code("530102001")
    assert (moved.pk, moved.name) == (done.successors[street.pk].pk, street.name)
    assert moved.full_name == "云南省昆明市中心区护国街道"
    assert lineage_into(new).whole == {wuhua.pk, panlong.pk}
    assert lineage_into(moved).whole == {street.pk}
    assert Region.objects.get(pk=wuhua.pk).code == "530102~2024"
    # Unlike the code of 五华, that of 盘龙 is nobody's: it stays readable.
    assert Region.objects.get(pk=panlong.pk).code == "530103"
    assert not Region.objects.current().filter(path__startswith=wuhua.path).exists()
    assert "region.merge" in rows_about(wuhua.pk)


def test_a_transfer_keeps_the_figures_whole():
    xundian = region("530129")
    area = NewArea(xundian.name, region("530300"), Level.COUNTY, code="530399")
    done = commands.reform(Change.TRANSFER, [xundian], [area], day=DAY, **ACT)
    assert done.new[0].full_name == f"云南省曲靖市{xundian.name}"
    assert lineage_into(done.new[0]).whole == {xundian.pk}


def test_a_split_can_not_be_divided_and_says_so(refused):
    wuhua = region("530102")
    kunming = region("530100")
    halves = [NewArea(f"五华{half}区", kunming, Level.COUNTY, code=f"53017{half}") for half in "12"]
    with refused("region_children_left"), transaction.atomic():
        commands.reform(Change.SPLIT, [wuhua], halves, day=DAY, **ACT)
    children = queries.children(wuhua)
    places = {child.pk: index % 2 for index, child in enumerate(children)}
    done = commands.reform(Change.SPLIT, [wuhua], halves, day=DAY, children_to=places, **ACT)
    for half in done.new:
        assert lineage_into(half).undivided == {wuhua.pk}
        assert not lineage_into(half).whole
    # Its streets moved whole, so their figures count on.
    first = done.successors[children[0].pk]
    assert first.parent == done.new[0]
    assert lineage_into(first).whole == {children[0].pk}


def test_lineage_is_followed_over_several_reforms():
    kunming = region("530100")
    one = commands.reform(
        Change.MERGE, [region("530102")], [NewArea("甲区", kunming, 3, "530171")], day=DAY, **ACT
    ).new[0]
    two = commands.reform(
        Change.MERGE,
        [one, region("530103")],
        [NewArea("乙区", kunming, 3, "530172")],
        day=date(2024, 6, 15),
        **ACT,
    ).new[0]
    assert {r.name for r in Region.objects.filter(pk__in=lineage_into(two).whole)} == {
        "五华区", "盘龙区", "甲区",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (Change.MERGE, ["530102"], 2),
        (Change.SPLIT, ["530102"], 1),
        (Change.SPLIT, ["530102", "530103"], 2),
        (Change.TRANSFER, ["530102", "530103"], 1),
        (Change.RENAME, ["530102"], 1),
        (Change.MERGE, ["530102", "530102"], 1),
        (Change.MERGE, [], 1),
    ],
)
def test_a_reform_whose_sides_do_not_fit_is_refused(refused, kind, old, new):
    areas = [NewArea(f"区{n}", region("530100"), Level.COUNTY) for n in range(new)]
    with refused("region_reform_unclear"):
        commands.reform(kind, [region(code) for code in old], areas, day=DAY, **ACT)


def test_an_area_can_be_taken_into_one_that_stays():
    into = region("530103")
    commands.reform(Change.MERGE, [region("530102")], [into], day=DAY, **ACT)
    assert by_code("530102001").parent == into
    assert lineage_into(into).whole == {by_code("530102", date(2024, 5, 31)).pk}


def test_a_tree_places_each_area_once():
    """镇雄 is governed by the province directly (省直管县): its figures leave 昭通's."""
    yunnan, zhaotong, zhenxiong = region("530000"), region("530600"), region("530627")
    tree = commands.make_tree("考核", yunnan, valid_from=date(2024, 1, 1), **ACT)
    commands.place(tree, queries.children(yunnan), yunnan, **ACT)
    commands.place(tree, queries.children(zhaotong), zhaotong, **ACT)
    commands.place(tree, [zhenxiong], yunnan, **ACT)
    assert AssessmentNode.objects.filter(tree=tree, region=zhenxiong).count() == 1
    assert zhenxiong in queries.tree_children(tree, yunnan)
    assert zhenxiong not in queries.tree_children(tree, zhaotong)

    def counted(area):
        return set(
            Region.objects.filter(queries.tree_area(tree, area)).values_list("pk", flat=True)
        )

    inside = set(Region.objects.below(zhenxiong).values_list("pk", flat=True))
    assert counted(zhenxiong) == inside
    assert not counted(zhaotong) & inside
    assert counted(zhaotong) | inside == set(
        Region.objects.below(zhaotong).values_list("pk", flat=True)
    )
    assert counted(yunnan) == set(Region.objects.below(yunnan).values_list("pk", flat=True))
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentNode.objects.create(
            tree=tree, region=zhenxiong, parent=tree.nodes.get(region=zhaotong)
        )


def test_a_tree_counts_an_area_that_lies_elsewhere(refused):
    yunnan, kunming, songming = region("530000"), region("530100"), region("530127")
    tree = commands.make_tree("考核", yunnan, valid_from=date(2024, 1, 1), **ACT)
    commands.place(tree, [kunming, region("530300")], yunnan, **ACT)
    commands.place(tree, [songming], region("530300"), **ACT)
    qujing = Region.objects.filter(queries.tree_area(tree, region("530300")))
    assert songming in qujing
    assert songming not in Region.objects.filter(queries.tree_area(tree, kunming))
    with refused("region_tree_unfit"):
        commands.place(tree, [yunnan], songming, **ACT)
    with refused("region_tree_unfit"):
        commands.place(tree, [songming], region("530400"), **ACT)
    later = commands.make_tree("考核", yunnan, valid_from=date(2024, 7, 1), **ACT)
    assert queries.tree_on("考核", date(2024, 6, 30)) == tree
    assert queries.tree_on("考核", date(2024, 7, 1)) == later
    with refused("region_tree_unfit"):
        commands.make_tree("考核", yunnan, valid_from=date(2024, 7, 1), **ACT)


SQUARE = {"type": "Polygon", "coordinates": [[[102, 25], [103, 25], [103, 26], [102, 25]]]}


def feature(code, geometry):
    return {"type": "Feature", "properties": {"adcode": code}, "geometry": geometry}


def test_an_offices_own_approved_map_replaces_the_sketch(tmp_path, capsys):
    file = tmp_path / "map.json"
    made = zone()
    features = [feature(530102, SQUARE), feature(made.code, SQUARE), feature("999999", SQUARE)]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    call_command("boundaries", str(file), approval="云S(2024)1号", source="省测绘院", json=True)
    said = json.loads(capsys.readouterr().out)["files"][0]
    assert (said["loaded"], said["unknown"]) == (2, ["999999"])
    shape = Boundary.objects.get(region__code="530102")
    assert (shape.is_sketch, shape.approval_no, shape.source) == (False, "云S(2024)1号", "省测绘院")
    drawn = queries.shapes(region("530100"))
    assert made.code not in drawn["properties"]["missing"]
    assert drawn["properties"]["approvals"] == ["云S(2024)1号"]
    assert AuditRow.objects.filter(action="boundaries.load").count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"features": []}',
        '{"features": [1]}',
        json.dumps({"features": [feature("530102", {"type": "Point", "coordinates": [1, 2]})]}),
        json.dumps({"features": [feature("530102", {**SQUARE, "coordinates": [[["x", 1]]]})]}),
        json.dumps({"features": [feature("530102", {**SQUARE, "coordinates": [[[200, 1]]]})]}),
        json.dumps({"features": [feature("530102", {**SQUARE, "coordinates": []})]}),
        json.dumps({"features": [feature("530102", {**SQUARE, "onload": "x"})]}),
        "[" * 100_000,
    ],
)
def test_a_map_that_is_none_changes_nothing(tmp_path, text):
    file = tmp_path / "map.json"
    file.write_text(text)
    before = list(Boundary.objects.order_by("pk").values_list("pk", "geometry"))
    with pytest.raises(CommandError):
        call_command("boundaries", str(file))
    with pytest.raises(boundaries.BoundariesUnreadable):
        boundaries.load_file(file, approval_no="", source="", by=BY, at=timezone.now())
    assert list(Boundary.objects.order_by("pk").values_list("pk", "geometry")) == before
